import { perSession } from "./session";

/** Stack configuration of this deployment, as the engine handed it over: `pvesmb:endpoint` and the like. */
const config = perSession(() => ({ lookup: (_key: string): string | undefined => undefined }));

export function setStackConfig(get: (key: string) => string | undefined): void {
    config().lookup = get;
}

export const stackConfig = (key: string): string | undefined => config().lookup(key);

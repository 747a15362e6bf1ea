import { perSession } from "./session";

/** Stack configuration of this deployment from the engine: `pvesmb:endpoint` and the like. */
const config = perSession(() => ({ lookup: (_key: string): string | undefined => undefined }));

export function setStackConfig(get: (key: string) => string | undefined): void {
    config().lookup = get;
}

export const stackConfig = (key: string): string | undefined => config().lookup(key);

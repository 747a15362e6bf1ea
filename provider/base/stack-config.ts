/** Stack configuration of this deployment, as the engine handed it over: `pvesmb:endpoint` and the like. One per process. */
let lookup: (key: string) => string | undefined = () => undefined;

export function setStackConfig(get: (key: string) => string | undefined): void {
    lookup = get;
}

export const stackConfig = (key: string): string | undefined => lookup(key);

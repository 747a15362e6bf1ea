import type { ControllerFacts, Probe } from "../../../ad";

/** What reports say of a domain controller. */
export type FoundController = Pick<ControllerFacts, "controller" | "address" | "site" | "writable">;

export const controllersIn = ({ controllers }: Probe): FoundController[] =>
    controllers.map(({ controller, address, site, writable }) => ({ controller, address, site, writable }));

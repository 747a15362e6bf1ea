import type { GatewayInputs } from "../model";

/** The memory that the program gives the gateway; only a container has it from us. */
export const memoryOf = ({ lxc }: Pick<GatewayInputs, "lxc">): string => lxc?.memory ?? "512MiB";

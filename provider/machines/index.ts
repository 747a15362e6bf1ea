import type { GatewayInputs } from "../model";
import type { MachineKind } from "./kind";
import { lxc } from "./lxc";

/** The kinds of machines. A new one is a folder here and a line in this list. */
const kinds = { lxc } satisfies Record<string, MachineKind>;

/** The kind that a program asks for. */
export const machineKindFor = (_inputs: GatewayInputs): MachineKind => kinds.lxc;

/** The kind of a gateway that exists, by its id: `node/vmid/nonce` is a container's. */
export const machineKindOf = (_id: string): MachineKind => kinds.lxc;

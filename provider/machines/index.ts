import type { GatewayInputs } from "../model";
import type { MachineKind } from "./kind";
import { lxc } from "./lxc";

/** The kinds of machines. To add one, add a folder here and a line to this list. */
const kinds = { lxc } satisfies Record<string, MachineKind>;

/** The kind that the inputs ask for. */
export const machineKindFor = (_inputs: GatewayInputs): MachineKind => kinds.lxc;

/** The kind of an existing gateway, by its id: `node/vmid/nonce` is a container. */
export const machineKindOf = (_id: string): MachineKind => kinds.lxc;

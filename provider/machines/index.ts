import type { GatewayInputs } from "../model";
import type { MachineKind } from "./kind";
import { lxc } from "./lxc";
import { isExisting } from "./id";
import { ssh } from "./ssh";

/** The kinds of machines. To add one, add a folder here and a line to this list. */
const kinds = { lxc, existing: ssh } satisfies Record<string, MachineKind>;

/** The kind that the inputs ask for. */
export const machineKindFor = ({ mode }: Pick<GatewayInputs, "mode">): MachineKind => kinds[mode];

/** The kind of an existing gateway, by its id: `node/vmid/nonce` is a container, `ssh:host/nonce` a host that SSH reaches. */
export const machineKindOf = (id: string): MachineKind => (isExisting(id) ? kinds.existing : kinds.lxc);

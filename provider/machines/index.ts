import type { GatewayInputs } from "../model";
import type { MachineKind } from "./kind";
import { lxc } from "./lxc";
import { hostModeOf } from "../model/connection";
import { node } from "./node";
import { ssh } from "./ssh";

/** The kinds of machines. To add one, add a folder here and a line to this list. */
const kinds = { lxc, existing: ssh, native: node } satisfies Record<string, MachineKind>;

/** The kind that the inputs ask for. */
export const machineKindFor = ({ mode }: Pick<GatewayInputs, "mode">): MachineKind => kinds[mode];

/** The kind of a gateway that exists, by its id: `node/vmid/nonce` is a container, `ssh:host/nonce` and `node:host/nonce` a host. */
export const machineKindOf = (id: string): MachineKind => kinds[hostModeOf(id) ?? "lxc"];

import type { MachineKind } from "../kind";
import { parseId } from "../id";
import { createContainerGateway } from "./create";
import { openContainer } from "./open";
import { readContainerGateway } from "./read";
import { removeContainerGateway } from "./remove";
import { updateContainerGateway } from "./update";

/** Gateways in Proxmox VE containers made by pvesmb. */
export const lxc: MachineKind = {
    layout: "whole",
    create: createContainerGateway,
    read: readContainerGateway,
    update: updateContainerGateway,
    remove: removeContainerGateway,
    open: openContainer,
    nameOf: (id) => `CT ${parseId(id).vmid}`,
};

import type { MachineKind } from "../kind";
import { hostIn } from "../id";
import { createExistingGateway, updateExistingGateway } from "./converge";
import { openExisting } from "./open";
import { readExistingGateway } from "./read";
import { removeExistingGateway } from "./remove";

/** Gateways on hosts that are there already and that SSH reaches; whose hosts they are, pvesmb does not ask. */
export const ssh: MachineKind = {
    layout: "beside",
    create: createExistingGateway,
    read: readExistingGateway,
    update: updateExistingGateway,
    remove: removeExistingGateway,
    open: openExisting,
    nameOf: (id) => `on ${hostIn(id)}`,
};

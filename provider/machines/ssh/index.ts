import { hostKind } from "../host/kind";
import { existingRefusal } from "../../samba/beside/detect";
import type { MachineKind } from "../kind";
import { removePackages } from "./packages";

/** Gateways on hosts that are there already and that SSH reaches; whose hosts they are, pvesmb does not ask. */
export const ssh: MachineKind = hostKind({
    mode: "existing",
    layout: "beside",
    refusal: existingRefusal,
    warnings: () => [],
    removePackages,
});

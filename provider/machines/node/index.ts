import { nativeRefusal } from "../../samba/beside/detect";
import { exposureWarning } from "../../samba/beside/node-networks";
import { hostKind } from "../host/kind";
import type { MachineKind } from "../kind";
import { removePackages } from "./packages";

/** Gateways on nodes of Proxmox VE themselves, reached by SSH. Nothing of its API is needed. */
export const node: MachineKind = hostKind({
    mode: "native",
    layout: "node",
    refusal: nativeRefusal,
    warnings: (found, { samba }) => {
        const warning = exposureWarning(found, samba);
        return warning === undefined ? [] : [warning];
    },
    removePackages,
});

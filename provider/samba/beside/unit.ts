import type { Step, Unit } from "../../hosts/batch";
import { ownedBy } from "../../hosts/steps";
import { DATA_ROOT, OWN_DATA } from "../../model/paths";
import type { SambaSettings } from "../../model/samba";
import { FACTS_FILE } from "../gateway-unit";
import { SAMBA } from "../paths";
import type { FragmentOwner } from "../share";
import { besideConfig } from "./config";
import { excludeStep, includeStep } from "./program";
import { besideStore } from "./store";

/** Puts our shares beside the host's own. Changes nothing else: not [global], services, the SID, the time zone. */
export function besideUnit(samba: SambaSettings, owner: FragmentOwner, claim: string): Unit {
    const steps: Step[] = [
        ownedBy(SAMBA.mark, claim, "this host has another gateway already; nothing was changed"),
        ...[SAMBA.directory, DATA_ROOT].map((path): Step => ({ do: "directory", path, mode: "0755" })),
        ...besideStore.prepare,
        ...[SAMBA.accounts, OWN_DATA].map((path): Step => ({ do: "directory", path, mode: "0700" })),
        { do: "write", path: SAMBA.mark, content: `${JSON.stringify({ v: 1, ...owner })}\n`, mode: "0644" },
        // Guests and password changes need other settings of the whole server, which are the host's own.
        ...[SAMBA.noGuests, SAMBA.noAnonymous].map((path): Step => ({ do: "write", path, content: "", mode: "0644" })),
        { do: "write", path: SAMBA.beside, content: besideConfig(samba), mode: "0644" },
        includeStep(),
        { do: "run", id: "sidline", argv: ["net", "getlocalsid"], changes: false },
        { do: "remember", file: FACTS_FILE, key: "sid", value: { value: "sidline" } },
    ];
    return { key: `gateway:${owner.nonce}`, steps, activates: true };
}

/** Takes our include and our files out again. The data and their account numbers stay. */
export function besideRemovalUnit(nonce: string): Unit {
    return {
        key: `gateway:${nonce}`,
        steps: [
            ownedBy(SAMBA.mark, nonce, "this host has another gateway by now; nothing was changed"),
            excludeStep(),
            { do: "run", argv: ["smbcontrol", "smbd", "reload-config"], ok: [0, 1], changes: false },
            { do: "remove", path: SAMBA.directory, tree: true },
        ],
    };
}

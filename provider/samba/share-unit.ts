import type { Step, Unit } from "../hosts/batch";
import { aclEntries, needsRights, shareRights } from "./access";
import { fragmentPath } from "./paths";
import { renderProbe, renderShare } from "./share";
import type { FragmentOwner, ShareSection } from "./share";

/** The directory that a share serves. */
export interface ShareRoot {
    owner: string;
    group: string;
    mode: string;
    /** The directory is a volume of its own and must be mounted already. */
    mounted: boolean;
}

/**
 * What brings a share from `before` (undefined: it is new) to what is wanted. Running it twice changes nothing.
 * `claim` is what a fragment of that name must contain to be ours: our key at a create (a killed create left it), our nonce later.
 */
export function shareUnit(wanted: ShareSection, root: ShareRoot, owner: FragmentOwner, claim: string, before?: ShareSection): Unit {
    const renamed = before !== undefined && fragmentPath(before.name) !== fragmentPath(wanted.name);
    const steps: Step[] = [ours(wanted.name, claim)];
    if (root.mounted)
        steps.push({ do: "require", path: wanted.path, is: "mountpoint", message: `the share's volume is not mounted at ${wanted.path}` });
    if (before !== undefined && before.path !== wanted.path && !root.mounted)
        steps.push({ do: "rename", from: before.path, to: wanted.path });
    const acl = aclEntries(wanted.access);
    steps.push({
        do: "directory",
        path: wanted.path,
        owner: root.owner,
        group: root.group,
        mode: root.mode,
        acl: { access: acl, default: acl },
    });
    if (renamed) steps.push(ours(before.name, claim), { do: "remove", path: fragmentPath(before.name) });
    steps.push({ do: "write", path: fragmentPath(wanted.name), content: renderShare(wanted, owner), mode: "0644" });
    if (before !== undefined && needsRights(before.access) && (renamed || !needsRights(wanted.access)))
        steps.push(clearRights(before.name));
    if (needsRights(wanted.access)) steps.push(...setRights(wanted));
    return {
        key: `share:${owner.nonce}`,
        steps,
        contribute: { probe: renderProbe(wanted), ask: `tcon "${wanted.name}"\n` },
        asks: true,
    };
}

/** Ends a share. Its directory is retained unless `remove` says otherwise. A fragment with another nonce is somebody else's and stays. */
export function shareRemovalUnit(share: ShareSection, owner: FragmentOwner, remove: boolean): Unit {
    return {
        key: `share:${owner.nonce}`,
        asks: false,
        steps: [
            ours(share.name, owner.nonce),
            { do: "remove", path: fragmentPath(share.name) },
            clearRights(share.name),
            ...(remove ? [{ do: "remove", path: share.path, tree: true } as const] : []),
        ],
    };
}

function ours(name: string, text: string): Step {
    return {
        do: "owned",
        path: fragmentPath(name),
        text,
        message: `the gateway already has a share ${JSON.stringify(name)} of another owner; choose another name, or delete that one`,
    };
}

/** 255: there were none. */
const clearRights = (name: string): Step => ({ do: "run", argv: ["sharesec", name, "-D"], ok: [0, 255], changes: false });

/** sharesec knows a share only from smb.conf, which is written at the end of the batch: so it is shown this share alone. */
function setRights(share: ShareSection): Step[] {
    const config = `/run/pvesmb/rights-${encodeURIComponent(share.name.toLowerCase())}.conf`;
    return [
        { do: "directory", path: "/run/pvesmb", mode: "0700" },
        { do: "write", path: config, content: `[global]\n${renderProbe({ ...share, options: {} })}`, mode: "0600" },
        {
            do: "run",
            argv: ["sharesec", "-s", config, share.name, "--replace", shareRights(share.access)],
            undo: ["sharesec", "-s", config, share.name, "-D"],
            changes: false,
        },
        { do: "remove", path: config },
    ];
}

import * as z from "zod";
import { clientFault } from "../hosts";
import { type Consequence, field } from "../meta";
import { changes } from "./changes";
import { LITTER } from "./litter";
import { audit, catia, patterns, previousVersions, recycle, timeMachine } from "./modules";

const client = z.string().check((ctx) => {
    const fault = clientFault(ctx.value);
    if (fault) ctx.issues.push({ code: "custom", message: fault, input: ctx.value });
});
const clients = (description: string, effect: Consequence) =>
    field(z.array(client).min(1).max(100).optional(), { description, compare: "set", effect });

/** Optional features of a share. An omitted one is neither stored nor written. */
export const features = {
    macos: field(z.boolean().optional(), {
        description: "Metadata and streams as macOS wants them (fruit).",
        defaultText: "as the gateway's `samba.macos`",
        effect: changes.module,
    }),
    timeMachine: field(timeMachine.optional(), {
        description: "Offer the share to Macs for their backups. Includes `macos`.",
        effect: changes.modules,
    }),
    recycle: field(recycle.optional(), {
        description: "Move deleted files to a folder instead of deleting them.",
        effect: changes.modules,
    }),
    audit: field(audit.optional(), {
        description: "Log what clients do. It goes where the gateway's `samba.logging` says.",
        effect: changes.modules,
    }),
    previousVersions: field(previousVersions.optional(), {
        description: "Show snapshots of the share to clients as previous versions of files.",
        effect: changes.modules,
    }),
    catia: field(catia.optional(), { description: "Map characters of file names that Windows does not allow.", effect: changes.modules }),
    hostsAllow: clients(
        "Clients that may connect, by address or network (`192.168.1.0/24`); all others may not. Names are refused, because Samba would not look them up.",
        changes.hostsAllow,
    ),
    hostsDeny: clients("Clients that may not connect, unless `hostsAllow` has them, by address or network.", changes.hostsDeny),
    encryptionRequired: field(z.boolean().optional(), {
        description: "Refuse clients that do not encrypt.",
        defaultText: "`false`",
        effect: changes.enabled,
    }),
    accessBasedEnumeration: field(z.boolean().optional(), {
        description: "Show the share in lists only to those who may connect.",
        defaultText: "`false`",
    }),
    hideUnreadable: field(z.boolean().optional(), {
        description: "Show in folders only what the client may read.",
        defaultText: "`false`, or by `purpose`",
        effect: changes.enabled,
    }),
    vetoFiles: patterns(
        `Files and folders that clients can neither see nor make, as patterns with * and ?. Nobody can remove a folder with one of them in it, unless they are all litter (${LITTER.join(", ")}), which goes with the folder.`,
        changes.patterns,
    ),
    hideFiles: patterns("Files and folders that clients see as hidden, as patterns with * and ?."),
    maxConnections: field(z.int().min(1).max(1_000_000).optional(), {
        description: "Most connections at a time.",
        defaultText: "unlimited",
    }),
    oplocks: field(z.boolean().optional(), {
        description:
            "Let clients keep files in their own memory (oplocks and leases). Switch it off for databases, and where NFS or programs on the gateway change the same files.",
        defaultText: "`true`, or by `purpose`",
    }),
    caseHandling: field(z.enum(["insensitive", "sensitive", "lower", "upper"]).optional(), {
        description:
            "`lower` and `upper`: names are stored in that case, and lookups in large folders are fast; refused while a name is stored otherwise, which clients would no longer find. `sensitive`: as on Unix.",
        defaultText: "`insensitive`",
        effect: changes.module,
    }),
    homes: field(z.boolean().optional(), {
        description: "Serve to each user the folder of that name below `path` (SmbUser's `home`), as a share with the user's name.",
        defaultText: "`false`, or by `purpose`",
        effect: changes.homes,
    }),
    dfsLinks: field(
        z
            .record(
                z.string(),
                z
                    .array(
                        z
                            .string()
                            .regex(
                                /^[A-Za-z0-9.-]+\\[^\\/,:\u0000-\u001f]+(\\[^\\/,:\u0000-\u001f]+)*$/,
                                "must be a place such as server\\share",
                            ),
                    )
                    .min(1),
            )
            .optional(),
        { description: "Folders of the share that lead clients to other servers' shares (DFS), by name." },
    ),
};

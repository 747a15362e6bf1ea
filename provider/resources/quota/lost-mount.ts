import { basename, dirname } from "node:path";
import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import type { Step } from "../../hosts";
import type { Below, Mount } from "../../machines/machine";
import { restartHint } from "../../machines/mounted";
import type { Target } from "./target";

/** A mount of the gateway that is configured in Proxmox VE, but not there in the running guest. */
export interface Lost {
    /** Why, in words. */
    why: string;
    /** Proxmox VE has mounted it once, and does so again only at the next start; otherwise it can be tried again. */
    plugged: boolean;
    /** A file or folder in the plain directory, which a mount would hide. */
    file?: string;
}

/** Looks at the plain directory that clients have instead of the mount. */
export async function lostAt(
    ctx: Context<unknown>,
    { gateway, path }: Target,
    below: Below,
    { at }: Extract<Mount, { kind: "bind" }>,
    why: string,
): Promise<Lost> {
    // The data as a whole is the Gateway's to mount.
    if (path !== at) return { why, plugged: true };
    const first = { name: "first", in: path, argv: ["find", ".", "-mindepth", "1", "-maxdepth", "1", "-print", "-quit"] };
    const [plugged, { commands }] = await Promise.all([
        below.isPlugged(path),
        gateway.hostSession.executor.gather({ commands: [first] }, ctx.deadline),
    ]);
    const file = (commands["first"]?.stdout ?? "").replace(/\n$/, "");
    return { why, plugged, ...(file === "" ? {} : { file: path + file.slice(1) }) };
}

/** Throws, before anything is changed, if the mount cannot be made now or would hide files. */
export function refuseLost({ why, plugged, file }: Lost, path: string, machine: string): void {
    const problem = `limit: ${why}, so clients have ${path} without it`;
    if (file !== undefined)
        throw new PvesmbError(
            "Conflict",
            `${problem}; the directory there contains files (such as ${file}), which the mount would hide: move them to another place in the gateway, then run \`pulumi up\` again`,
            { property: "limit" },
        );
    if (plugged) throw new PvesmbError("Conflict", `${problem}. ${restartHint(machine)}`, { property: "limit" });
}

/** Removes the empty directory in the place of the mount; fails if it contains a file by now. Proxmox VE makes it again. */
export const clear = (path: string): Step => ({
    do: "run",
    in: dirname(path),
    argv: ["rmdir", `./${basename(path)}`],
    onlyIf: ["test", "-e", `./${basename(path)}`],
});

/** Proxmox VE may list a mount point that root of the guest made fail or unmounted: files would go into a directory without a limit. */
export const isMounted = (path: string): Step => ({
    do: "require",
    path,
    is: "mountpoint",
    message: `${path} is not mounted in the gateway, although Proxmox VE has a mount point for it: move away what is in its place there, restart the container, then run \`pulumi up\` again`,
});

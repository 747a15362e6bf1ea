import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import { MOUNTS, parseMounts } from "../../hosts";
import type { Host, MountEntry } from "../../hosts";
import { DATA_ROOT } from "../../model/paths";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import type { Mount } from "../machine";
import { lackOf, restartHint } from "../mounted";
import { DATA_MOUNT } from "./config";
import { mountOf } from "./mounts";

/** The mount of the gateway's own data; undefined if it has none. */
function dataMount(config: ContainerConfig): Mount | undefined {
    const mount = mountOf(config, DATA_ROOT);
    return mount.kind === "rootfs" || mount.key !== DATA_MOUNT ? undefined : mount;
}

/** Why the gateway's data is not mounted in the running guest; undefined if it is, or if the gateway has none of its own. */
export function dataLack(table: readonly MountEntry[], config: ContainerConfig): string | undefined {
    const mount = dataMount(config);
    return mount === undefined ? undefined : lackOf(table, mount);
}

/** The guest's mount table, and a file in the data directory that is not on another file system. Needs only sh. */
const SCRIPT = `${MOUNTS.argv.join(" ")}; echo; echo --; find ${DATA_ROOT} -xdev -mindepth 1 ! -type d -print -quit 2>/dev/null; true\n`;

/**
 * Checks that the data is mounted before Samba is set up in the guest: it would make new accounts and directories in the plain directory.
 * Returns true if a restart of the container mounts it and `allowRestart` allows that. Refuses a restart that would hide files.
 */
export async function restartForData(
    host: Host,
    config: ContainerConfig,
    { name, allowRestart }: { name: string; allowRestart: boolean },
    deadline: Deadline,
    log: Log,
): Promise<boolean> {
    if (dataMount(config) === undefined) return false;
    const { stdout } = await host.exec(["sh", "-s"], { stdin: SCRIPT, deadline });
    const [table = "", file = ""] = stdout.split(/^--$/m).map((part) => part.trim());
    const lack = dataLack(parseMounts(table), config);
    if (lack === undefined) return false;
    const refuse = (remedy: string): PvesmbError =>
        new PvesmbError("Conflict", `data: ${lack}; nothing was changed there. ${remedy}`, { property: "data" });
    if (file !== "")
        throw refuse(
            `The directory there contains files (such as ${file}), which the mount would hide: move them to another place in the guest, then run \`pulumi up\` again`,
        );
    if (!allowRestart) throw refuse(`${restartHint(name)}; with \`allowRestart: true\` pvesmb restarts it`);
    log.info(`restarting ${name}: ${lack}`);
    return true;
}

import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bootstrap } from "../machine/packages/bootstrap";
import type { ImageRecipe } from "../machine/packages/bootstrap";
import { cached } from "../machine/packages/cache";
import { backports } from "../machine/packages/debian-sources";
import type { DebianSources } from "../machine/packages/debian-sources";
import { run } from "../machine/run";

/** Debian's kernel for virtual machines, what compiles modules for it, and ZFS as source. */
export const hostSession: ImageRecipe = {
    variant: "minbase",
    packages: ["linux-image-cloud-amd64", "linux-headers-cloud-amd64", "zfs-dkms"].map((name) => `${name}/${backports}`),
    finish: [
        // The package's own script builds the modules at installation; it ends well also when that failed.
        "dkms status zfs | grep -q ': installed$'",
        // Modules are used in software emulation, where unpacking them takes longer than loading them.
        'for packed in $(find /lib/modules -name "*.ko.xz"); do unxz "$packed"; done; depmod "$(ls /lib/modules)"',
        'cp /boot/vmlinuz-* /kernel; cd /; tar --exclude="lib/modules/*/build" --exclude="lib/modules/*/source" -cf /modules.tar lib/modules boot/config-*',
    ],
};

export interface Kernel {
    image: string;
    /** Archive of its modules, ZFS among them, and its configuration. */
    modules: string;
}

/** A kernel with the true ZFS. Compiling takes minutes, once. */
export async function buildKernel(sources: DebianSources): Promise<Kernel> {
    const folder = await cached("vm-kernel", { hostSession, from: sources.lines }, async (path) => {
        const tree = `${path}.tree`;
        await bootstrap(hostSession, sources, "directory", tree);
        mkdirSync(path);
        for (const name of ["kernel", "modules.tar"]) renameSync(join(tree, name), join(path, name));
        await run(["chmod", "-R", "u+rwX", tree]);
        rmSync(tree, { recursive: true, force: true });
    });
    return { image: join(folder, "kernel"), modules: join(folder, "modules.tar") };
}

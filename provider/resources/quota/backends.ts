import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import type { QuotaInputs } from "../../model";
import { beyond } from "../../model/quota/rules";
import type { Backend, Opening } from "./backend";
import type { Target } from "./target";
import { treeBackend } from "./tree-backend";
import { volumeBackend } from "./volume-backend";

/** Opens the backend of a tree. Throws InvalidInput with the way out if nothing there can enforce the request. */
export async function openBackend(ctx: Context<unknown>, target: Target, inputs: QuotaInputs, opening: Opening): Promise<Backend> {
    const backend = await onMount(ctx, target, inputs, opening);
    if (inputs.backend !== "auto" && inputs.backend !== backend.name)
        throw new PvesmbError(
            "InvalidInput",
            `backend: ${target.path} is on ${placeOf(target)}, which is limited by \`${backend.name}\`, not by \`${inputs.backend}\``,
            { property: "backend" },
        );
    const [lacking] = beyond(inputs, backend.name);
    if (lacking !== undefined)
        throw new PvesmbError("InvalidInput", `${lacking.property}: ${lacking.reason}`, { property: lacking.property });
    return backend;
}

async function onMount(ctx: Context<unknown>, target: Target, inputs: QuotaInputs, opening: Opening): Promise<Backend> {
    const { mount, path } = target;
    const remedy =
        "give the share its own volume (`volume` with `initialSize`), or put the gateway's data into a directory on the node (`data.bind`) on ZFS or btrfs";
    if (mount.kind === "volume" && mount.at === path) return volumeBackend(ctx, target, mount, opening);
    if (mount.kind === "bind") return treeBackend(ctx, target, mount, inputs, opening);
    throw new PvesmbError(
        "InvalidInput",
        `path: ${path} is a directory on ${placeOf(target)}, and a directory in a container cannot have a limit; ${remedy}`,
        {
            property: "path",
        },
    );
}

function placeOf({ mount }: Target): string {
    switch (mount.kind) {
        case "rootfs":
            return "the container's root file system";
        case "bind":
            return `the node's directory ${mount.source}`;
        case "volume":
            return `the volume ${mount.volume}`;
    }
}

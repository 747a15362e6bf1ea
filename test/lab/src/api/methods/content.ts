/** Files and volumes on a storage (libpve-storage-perl API2/Storage/Content.pm, Status.pm; pve-manager API2/Nodes.pm: aplinfo). */
import { badParameters, died } from "../../pve/errors";
import { parseSize } from "../../pve/size";
import { parseVolumeId, parseVolumeName, type Content, type Volume } from "../../pve/volume-id";
import { need, number, text, type Call, type Methods } from "../call";
import type { StorageConfig } from "../cluster";

const fileKinds = ["vztmpl", "iso", "snippets", "backup"] as const;

async function files(call: Call, config: StorageConfig, node: string): Promise<Record<string, unknown>[]> {
    const { lab } = call;
    const rows: Record<string, unknown>[] = [];
    for (const kind of fileKinds) {
        if (!lab.storages.isFileBased(config) || !lab.storages.holds(config, kind)) continue;
        for (const file of await lab.machine.list(node, lab.storages.place(config), kind)) {
            const parsed = parseVolumeName(config.type, `${kind}/${file.name}`);
            rows.push({
                volid: `${config.storage}:${kind}/${file.name}`,
                content: kind,
                format: parsed.format,
                size: file.size,
                ctime: file.ctime,
                ...(parsed.vmid === undefined ? {} : { vmid: parsed.vmid }),
            });
        }
    }
    return rows;
}

/** Those of containers are `rootdir`, all others `images`, also those of no guest at all (Plugin.pm: list_volumes). */
async function volumes(call: Call, config: StorageConfig, node: string): Promise<Record<string, unknown>[]> {
    const { lab } = call;
    const rows = (await lab.storages.images(config.storage, node)).map(({ volid, parsed, size, used = 0, ctime }) => {
        const owner = parsed.vmid === undefined ? undefined : lab.cluster.guests.get(parsed.vmid);
        return {
            volid,
            content: owner?.kind === "lxc" ? "rootdir" : "images",
            format: parsed.format,
            size,
            vmid: parsed.vmid,
            parent: parentOf(config, parsed),
            ...(config.type === "zfspool" ? { name: parsed.file } : { used, ctime }),
        };
    });
    return rows.filter(({ content }) => lab.storages.holds(config, content));
}

/** What a linked clone stands on, in the storage's own words. */
function parentOf(config: StorageConfig, { base }: Volume): string | null {
    if (base === undefined) return null;
    return config.type === "zfspool" ? `${base}@__base__` : `../${base}`;
}

async function list(call: Call): Promise<unknown[]> {
    const { lab } = call;
    const node = need(call, "node");
    const storage = need(call, "storage");
    const config = lab.storages.enabled(storage, node);
    await lab.storages.activate(config, node);
    const rows = [...(await files(call, config, node)), ...(await volumes(call, config, node))];
    const wanted = text(call, "content");
    const vmid = number(call, "vmid");
    // What the caller may not use is left out (pve-storage API2/Storage/Content.pm: index).
    const may = (row: Record<string, unknown>): boolean => {
        try {
            lab.storages.checkAccess(lab.access, call.identity, undefined, String(row["volid"]), undefined);
            return true;
        } catch {
            return false;
        }
    };
    const order = (row: Record<string, unknown>): string => String(row["volid"]).toLowerCase();
    const sorted = rows.sort((one, other) => (order(one) < order(other) ? -1 : 1));
    return sorted.filter(
        (row) => (wanted === undefined || row["content"] === wanted) && (vmid === undefined || row["vmid"] === vmid) && may(row),
    );
}

/** `size` without a unit is KiB. */
async function allocate(call: Call): Promise<string> {
    const { lab } = call;
    const node = need(call, "node");
    const storage = need(call, "storage");
    const size = need(call, "size");
    const vmid = Number(need(call, "vmid"));
    const config = lab.storages.enabled(storage, node);
    await lab.storages.activate(config, node);
    const bytes = /^\d+$/.test(size) ? Number(size) * 1024 : (parseSize(size) ?? 0);
    const filename = need(call, "filename");
    const given = /\.(raw|qcow2|vmdk|subvol)$/.exec(filename)?.[1];
    const format = text(call, "format") ?? given ?? (config.type === "zfspool" ? "subvol" : "raw");
    if (given !== undefined && text(call, "format") !== undefined && given !== text(call, "format"))
        throw badParameters({ format: "different storage formats" });
    if (!filename.startsWith(`vm-${vmid}-`) && !filename.startsWith(`subvol-${vmid}-`))
        throw died(`illegal name '${filename}' - should be 'vm-${vmid}-*'`);
    const name = config.type === "zfspool" ? filename : `${vmid}/${given === undefined ? `${filename}.${format}` : filename}`;
    const volid = `${storage}:${name}`;
    if ((await lab.storages.size(volid, node)) !== undefined) throw died(`disk image '${lab.storages.path(volid)}' already exists`);
    await lab.machine.createVolume({ node, storage: lab.storages.place(config), name }, bytes, true);
    return volid;
}

/** The path takes a full volid or the name alone. */
function volid(call: Call): string {
    const storage = need(call, "storage");
    const volume = need(call, "volume");
    const id = parseVolumeId(volume);
    if (id && id.storage !== storage) throw died(`storage ID mismatch (${id.storage} != ${storage})`);
    return id ? volume : `${storage}:${volume}`;
}

async function info(call: Call): Promise<unknown> {
    const { lab } = call;
    const node = need(call, "node");
    const id = volid(call);
    const { config, parsed } = lab.storages.volume(id, node);
    lab.storages.checkAccess(lab.access, call.identity, undefined, id, undefined);
    const size = await lab.storages.size(id, node);
    if (size === undefined) throw died(`volume_size_info on '${id}' failed`);
    const used = parsed.content !== "images" ? size : config.type === "zfspool" ? size : ((await lab.storages.used(id, node)) ?? 0);
    return { path: lab.storages.path(id), size, used, format: parsed.format };
}

/** Deletes without asking who still uses it; a missing volume is fine (pve-api.md 1.4). */
function remove(call: Call): string {
    const { lab } = call;
    const node = need(call, "node");
    const id = volid(call);
    const { config, parsed } = lab.storages.volume(id, node);
    const path = `/storage/${config.storage}`;
    if (parsed.vmid === undefined) lab.access.check(call.identity, path, "Datastore.AllocateTemplate");
    else if (!lab.access.has(call.identity, path, "Datastore.Allocate")) {
        lab.access.check(call.identity, path, "Datastore.AllocateSpace");
        lab.access.check(call.identity, `/vms/${parsed.vmid}`, parsed.content === "backup" ? "VM.Backup" : "VM.Config.Disk");
    }
    const owner = parsed.vmid === undefined ? "" : String(parsed.vmid);
    return lab.tasks.start(node, "imgdel", `${owner}@${config.storage}`, call.identity, async (task) => {
        await task.step("delete");
        if (parsed.content === "images" ? (await lab.storages.size(id, node)) !== undefined : true) {
            if (parsed.content === "images") await lab.storages.remove(id, node);
            else if (parsed.content !== "import")
                await lab.machine.removeFile(node, lab.storages.place(config), parsed.content, parsed.file);
        } else {
            task.log(`disk image '${lab.storages.path(id)}' does not exist`);
        }
        task.log(`Removed volume '${id}'`);
    });
}

async function appliances(call: Call): Promise<unknown[]> {
    const found = await call.lab.machine.appliances();
    return found.map((entry) => ({
        ...entry,
        type: "lxc",
        architecture: "amd64",
        headline: entry.package,
        description: "",
        source: "",
        location: "",
        maintainer: "",
    }));
}

async function downloadAppliance(call: Call): Promise<string> {
    const { lab } = call;
    const node = need(call, "node");
    const template = need(call, "template");
    const config = lab.storages.enabled(need(call, "storage"), node);
    if (!(await lab.machine.appliances()).some((entry) => entry.template === template))
        throw badParameters({ template: "no such template" });
    if (!lab.storages.holds(config, "vztmpl")) throw died(`unknown storage or storage does not support templates`);
    return lab.tasks.start(node, "download", template, call.identity, async (task) => {
        task.log(`downloading ${template} to ${lab.storages.path(`${config.storage}:vztmpl/${template}`)}`);
        await task.step("download");
        await lab.machine.downloadAppliance(template, node, lab.storages.place(config), (line) => task.log(line));
        await task.step("downloaded");
        task.log("download finished");
    });
}

/** A file name as PVE normalises it: no directories, no odd characters. */
const plainName = (name: string): string => (name.split("/").at(-1) ?? "").replace(/[^a-zA-Z0-9_.-]/g, "_");

const extensions: Partial<Record<Content, RegExp>> = {
    iso: /\.(?:iso|img)$/i,
    vztmpl: /\.tar\.(?:gz|xz|zst|bz2)$|\.tar$/,
    import: /\.(?:ova|ovf|qcow2|raw|vmdk)$/,
};

function checkedName(call: Call, config: StorageConfig): { content: Content; name: string } {
    const content = need(call, "content") as Content;
    const name = plainName(need(call, "filename"));
    if (!call.lab.storages.holds(config, content))
        throw died(`storage '${config.storage}' is not configured for content-type '${content}'`);
    if (!extensions[content]?.test(name)) throw badParameters({ filename: "wrong file extension" });
    return { content, name };
}

/** The lab reaches nothing outside: the download fails as wget does when nobody listens. */
function downloadUrl(call: Call): string {
    const { lab } = call;
    const node = need(call, "node");
    const config = lab.storages.enabled(need(call, "storage"), node);
    const { content, name } = checkedName(call, config);
    const url = new URL(need(call, "url"));
    return lab.tasks.start(node, "download", name, call.identity, async (task) => {
        task.log(`downloading ${url.href} to ${lab.storages.path(`${config.storage}:${content}/${name}`)}`);
        await task.step("download");
        throw died(
            `download failed: Connecting to ${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}... failed: Connection refused.`,
        );
    });
}

/** Checked like PVE's; the lab has no place to put the bytes, so the task says so. */
function upload(call: Call): string {
    const { lab } = call;
    const config = lab.storages.enabled(need(call, "storage"), need(call, "node"));
    checkedName(call, config);
    return lab.tasks.start(need(call, "node"), "imgcopy", "", call.identity, async (task) => {
        await task.step("copy");
        throw died("this lab keeps no uploaded files");
    });
}

/** Needs a registry, which the lab does not reach. */
function pullImage(call: Call): string {
    const { lab } = call;
    const config = lab.storages.enabled(need(call, "storage"), need(call, "node"));
    const reference = need(call, "reference");
    if (!lab.storages.holds(config, "vztmpl")) throw died(`storage '${config.storage}' is not configured for content-type 'vztmpl'`);
    return lab.tasks.start(need(call, "node"), "imgpull", "", call.identity, async (task) => {
        await task.step("download");
        throw died(`pulling '${reference}' failed: connection refused`);
    });
}

export const contentMethods: Methods = {
    "GET /nodes/{node}/storage/{storage}/content": list,
    "POST /nodes/{node}/storage/{storage}/content": allocate,
    "GET /nodes/{node}/storage/{storage}/content/{volume}": info,
    "DELETE /nodes/{node}/storage/{storage}/content/{volume}": remove,
    "POST /nodes/{node}/storage/{storage}/download-url": downloadUrl,
    "POST /nodes/{node}/storage/{storage}/upload": upload,
    "POST /nodes/{node}/storage/{storage}/oci-registry-pull": pullImage,
    "GET /nodes/{node}/aplinfo": appliances,
    "POST /nodes/{node}/aplinfo": downloadAppliance,
};

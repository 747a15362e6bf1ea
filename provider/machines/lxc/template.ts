import { PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import { meant } from "../../base/nearest";
import { perSession } from "../../base/session";
import { within } from "../../hosts";
import type { ContainerInputs } from "../../model";
import type { Pve } from "../../proxmox/client/client";
import { listStorages, listVolumes, storageIdOf } from "../../proxmox/storage";
import { downloadAppliance, listAppliances } from "../../proxmox/templates";

/** Running downloads by cluster and volume: several gateways of one program share a download. */
const downloads = perSession(() => new WeakMap<object, Map<string, Promise<void>>>());

/** Least time for a download, in milliseconds. */
const DOWNLOAD_MS = 3_600_000;

const fileOf = (volid: string): string => volid.slice(volid.lastIndexOf("/") + 1);

const familyOf = (file: string): string => file.split("_")[0] ?? file;

/** `debian-12-standard_12.7-1_amd64.tar.zst` is of the family `debian-12-standard`. */
const isOf = (file: string, name: string): boolean => file === name || file.startsWith(`${name}_`);

/** Sorts newest first and compares numbers as numbers. */
const newest = (a: string, b: string): number => b.localeCompare(a, "en", { numeric: true });

/** A template: present, or to be downloaded first. */
export interface Template {
    volid: string;
    download?: { storage: string; file: string };
}

/** Finds the template that `lxc.template` names: a volume id, or a file name or family on the node's storages or in Proxmox's list. */
export async function findTemplate(pve: Pve, inputs: ContainerInputs): Promise<Template> {
    const { node } = inputs;
    const { template, templateStorage } = inputs.lxc;
    const storages =
        templateStorage === undefined ? (await listStorages(pve, node, "vztmpl")).map(({ storage }) => storage) : [templateStorage];
    const given = storageOf(template);
    if (given !== undefined) {
        const there = (await listVolumes(pve, node, given, { content: "vztmpl" })).map(({ volid }) => volid);
        if (there.includes(template)) return { volid: template };
        throw missing(inputs, there, `storage ${given} of node ${node} has no such template`);
    }
    const lists = await Promise.all(storages.map((storage) => listVolumes(pve, node, storage, { content: "vztmpl" })));
    const there = lists.flat().map(({ volid }) => volid);
    const local = there.filter((volid) => isOf(fileOf(volid), template)).sort((a, b) => newest(fileOf(a), fileOf(b)))[0];
    if (local !== undefined) return { volid: local };

    const all = await listAppliances(pve, node);
    const offered = all.filter((file) => isOf(file, template)).sort(newest)[0];
    const storage = storages[0];
    if (storage === undefined)
        throw new PvesmbError(
            "InvalidInput",
            `lxc.templateStorage: node ${node} has no storage with content vztmpl that ${pve.identity} can see; enable that content on one, and grant Datastore.Audit on /storage/<its id>`,
            { property: "lxc.templateStorage" },
        );
    if (offered === undefined)
        throw missing(
            inputs,
            [...there.map(fileOf), ...all].flatMap((file) => [familyOf(file), file]),
            `it is neither on the storages of node ${node} (${storages.join(", ")}) nor in the list of templates that Proxmox VE offers`,
        );
    return { volid: `${storage}:vztmpl/${offered}`, download: { storage, file: offered } };
}

/** The storage in a volume id. */
export const storageOf = (volid: string): string | undefined => (volid.indexOf(":") > 0 ? storageIdOf(volid) : undefined);

/** Downloads the template if needed; returns its volume id. */
export async function fetchTemplate(pve: Pve, node: string, { volid, download: wanted }: Template, log: Log): Promise<string> {
    if (wanted === undefined) return volid;
    const key = `${node} ${volid}`;
    // Per cluster: another cluster may use the same node and storage names.
    const own = downloads().get(pve.connection) ?? new Map<string, Promise<void>>();
    downloads().set(pve.connection, own);
    let running = own.get(key);
    if (!running) {
        // Several gateways may wait for it, so it must not end with the first one's deadline.
        running = download(pve.within(pve.deadline.detached(DOWNLOAD_MS)), node, wanted.storage, wanted.file, log).finally(() =>
            own.delete(key),
        );
        own.set(key, running);
    }
    await within(pve.deadline, `waiting for the download of ${volid} on ${node}`, running, { dispatched: false });
    return volid;
}

async function download(pve: Pve, node: string, storage: string, file: string, log: Log): Promise<void> {
    log.info(`downloading template ${file} to ${storage} on ${node}`);
    const task = await downloadAppliance(pve, node, storage, file);
    let shown = 0;
    await task.wait((line) => {
        const percent = Number(/(\d+)%/.exec(line)?.[1] ?? 0);
        if (percent >= shown + 25) log.info(`downloading template ${file}: ${(shown = percent)} %`);
    });
}

/** `names`: what the template could have been called. */
function missing({ lxc: { template } }: ContainerInputs, names: readonly string[], why: string): PvesmbError {
    const longer = names.find((name) => name.startsWith(`${template}-`));
    const near = longer === undefined ? meant(template, names) : `; did you mean ${longer}?`;
    const how = `${why}; \`pveam update\` and \`pveam available\` on the node show the available ones`;
    return new PvesmbError("InvalidInput", `lxc.template: no template ${template}${near === "" ? `: ${how}` : `${near} (${how})`}`, {
        property: "lxc.template",
    });
}

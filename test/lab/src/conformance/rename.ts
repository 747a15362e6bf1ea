/**
 * The same recordings under other names: nodes, storages, guests, VMIDs and sizes are changed everywhere alike, in requests and
 * answers, so that stored answers could not pass.
 */

import { storagesIn } from "./recording";

export interface Names {
    node: (name: string) => string;
    storage: (name: string) => string;
    vmid: (id: number) => number;
    /** Factor for sizes with a unit, and for the GiB of new volumes. */
    size: number;
}

export const otherNames: Names = {
    node: (name) => `knot-${name.replace(/\W/g, "")}`,
    storage: (name) => `store-${name}`,
    vmid: (id) => id + 5137,
    size: 3,
};

function nodesIn(text: string): string[] {
    const found = new Set<string>();
    for (const [, name = ""] of text.matchAll(/"\/nodes\/([^/"]+)/g)) found.add(name);
    for (const [, name = ""] of text.matchAll(/node=([\w-]+),path/g)) found.add(name);
    for (const [, name = ""] of text.matchAll(/"(?:node|target|nodes)":"([\w-]+)"/g)) found.add(name);
    return [...found];
}

function replaceNodes(text: string, names: Names): string {
    let out = text;
    for (const node of nodesIn(text)) out = out.replace(new RegExp(`(?<![\\w.-])${node}(?![\\w-]|\\.pm)`, "g"), names.node(node));
    return out;
}

function replaceStorages(text: string, names: Names): string {
    let out = text;
    for (const storage of storagesIn(text)) {
        const other = names.storage(storage);
        const at = (before: string, after: string): void => {
            out = out.replace(new RegExp(`(${before})${storage}(?=${after})`, "g"), `$1${other}`);
        };
        at(`["'=/ ]`, `:(?:\\d|vztmpl|iso|snippets|backup|import|cloudinit|-)`);
        at(`/storage/`, `[/,"\\s)]`);
        at(`/content/`, `%3A`);
        at(`"storage":"`, `"`);
        at(`storage(?: ID)? '`, `'`);
        at(`imgdel:\\d+@`, `:`);
    }
    return out.replace(/\/var\/lib\/vz(?=[/"])/g, `/var/lib/${names.storage("local")}`);
}

function replaceIds(text: string, names: Names): string {
    const id = (digits: string): string => String(names.vmid(Number(digits)));
    return text
        .replace(
            /((?:\/lxc|\/qemu|\/vms|\/images|\/qemu-server)\/)(\d{3,})(?!\d)/g,
            (_, before: string, digits: string) => before + id(digits),
        )
        .replace(/((?:vm|base|subvol)-)(\d{3,})(-)/g, (_, before: string, digits: string, after: string) => before + id(digits) + after)
        .replace(
            /(:|%3A)(\d{3,})(\/|%2F)(?=vm-|base-|subvol-)/g,
            (_, before: string, digits: string, after: string) => before + id(digits) + after,
        )
        .replace(/(?<=\.(?:raw|qcow2)\/)(\d{3,})(?=\/vm-)/g, (digits) => id(digits))
        .replace(
            /((?:CT|VM|ct:|vm:|pve-config-|lock-|-id |CT|vm=) ?)(\d{3,})(?!\d)/g,
            (_, before: string, digits: string) => before + id(digits),
        )
        .replace(/("(?:vmid|newid|vms|target-vmid)":"?)(\d{3,})(?!\d)/g, (_, before: string, digits: string) => before + id(digits))
        .replace(/("id":")(\d{3,})(-\d+")/g, (_, before: string, digits: string, after: string) => before + id(digits) + after)
        .replace(
            /(UPID:[^"]*?:(?:vz|qm)\w+:|UPID:[^"]*?:(?:resize|move_volume|imgdel|vzdump|hastart|hastop):)(\d{3,})(?=[:@])/g,
            (_, before: string, digits: string) => before + id(digits),
        );
}

function replaceSizes(text: string, names: Names): string {
    const bigger = (_: string, before: string, digits: string): string => before + String(Number(digits) * names.size);
    let out = text.replace(/(size(?:=|":"\+?))(\d+(?:\.\d+)?)(?=[KMGT]?[",B])/g, bigger);
    for (const storage of storagesIn(text))
        out = out.replace(new RegExp(`((?<![\\w.-])${storage}:)(\\d+(?:\\.\\d+)?)(?=[,"])`, "g"), bigger);
    return out;
}

/** Renames a whole file's text. */
export function renameRecordings(file: string, names: Names): string {
    const lines = file.split("\n").filter((line) => line.trim() !== "");
    const text = lines.map((line) => JSON.stringify(JSON.parse(line))).join("\n");
    return replaceNodes(replaceIds(replaceStorages(replaceSizes(text, names), names), names), names);
}

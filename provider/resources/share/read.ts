import type { Context, Observed } from "../../base/handler";
import { mountsIn, onceSeen } from "../../hosts";
import type { AclEntry, FileFacts, GatherResult } from "../../hosts";
import type { ShareInputs } from "../../model";
import { bytesOf } from "../../model/size";
import { effective } from "../../model/share/effective";
import { textDrift } from "../../samba/drift";
import { foundLinks, linkLook } from "../../samba/dfs";
import { isDefaultRoot, SHARE_ROOTS_GLOB } from "../../samba/look";
import { binDrift, expiryOf, expiryPath } from "../../samba/recycle";
import { rightsDrift } from "../../samba/rights";
import { directoryOf, HOMES, sectionName, settingDrift, shareIn } from "../../samba/share";
import type { ShareSection } from "../../samba/share";
import { files } from "../../samba/store/files";
import { nameOf } from "../../base/required-name";
import { lookAt } from "../../gateway/look";
import { movedUncs, NAME_LOOK, uncsOf } from "../../gateway/unc";
import type { Seen } from "../../gateway/look";
import { lagOf } from "../../machines/lxc/lag";
import { lackOf } from "../../machines/mounted";
import type { Outputs, ShareState } from "./types";
import { ownerText } from "../../samba/settled";
import { spelled } from "./accounts";
import { defaultPath, rootOf, sectionOf } from "./section";
import { scheduleOf, snapshotDrift } from "./snapshots";

/** Reads the share from its fragment, directory and volume. Undefined when the gateway or the fragment is gone. */
export async function readShare(
    ctx: Context<Outputs>,
    id: string,
    state: ShareState,
): Promise<{ inputs: Observed<ShareInputs>; state: Outputs } | undefined> {
    const path = state.path ?? defaultPath(state);
    const bin = effective(state).recycle?.path;
    const seen = await lookAt(ctx, state.gateway, {
        ...NAME_LOOK,
        stat: [...(isDefaultRoot(path) ? [] : [path]), ...(bin === undefined ? [] : [`${path}/${bin}`])],
        ...(state.dfsLinks === undefined ? {} : linkLook(path)),
        ...(state.volume?.size === undefined ? {} : { statvfs: [SHARE_ROOTS_GLOB] }),
    });
    if (seen === "gone") return undefined;
    if ("away" in seen)
        return { inputs: { drift: state.drift }, state: { ...state, ...movedUncs(seen.address, nameOf(state, "share"), state) } };
    const expected = sectionOf(state, path, { ...state, id });
    const stored = files.named(seen.look, expected.name);
    if (stored === undefined || (stored.owner !== undefined && stored.owner.nonce !== id)) return undefined;
    const { owner } = stored;

    const drift: string[] = [];
    const observed: Record<string, unknown> = {};
    const found = shareIn(stored.sections, expected);
    if (found === undefined) drift.push(`${stored.place}: no share in it`);
    else {
        Object.assign(observed, propertiesOf(found), { access: spelled(found.access, state.access, state.domainAccounts) });
        drift.push(...settingDrift(found, expected));
        if (found.path !== path) drift.push(`path: ${found.path} in the section instead of ${path}`);
        if (sameShare(found, expected) && !stored.writtenAs(expected, { ...owner, key: owner?.key ?? "", nonce: id }))
            drift.push(`${stored.place}: changed by hand`);
    }
    drift.push(...stored.servedDrift(sectionName(expected), seen.look));
    const expiry = expiryPath(id);
    drift.push(...textDrift(expiry, expiryOf(path, rootOf(state).recycle), seen.look.files[expiry]).map((text) => `recycle: ${text}`));
    drift.push(...binDrift(path, rootOf(state), seen.look.stat));
    drift.push(...rightsDrift(expected, seen.look));
    if (state.dfsLinks !== undefined) observed["dfsLinks"] = foundLinks(path, seen.look.commands) ?? state.dfsLinks;
    // The directory of a view, and its rights, belong to another share.
    const { mounts } = seen.gateway.machine;
    const lack = state.volume === undefined || mounts.at(path) === undefined ? undefined : lackOf(mountsIn(seen.look), mounts.under(path));
    // The plain directory below a volume that is not mounted is nobody's.
    if (lack !== undefined) drift.push(`volume: ${lack}`);
    else if (owner?.view !== true || !mains(seen.look).has(path)) rootDrift(state, path, seen.look, observed, drift);
    if (state.volume !== undefined) {
        const volume = mounts.volumeAt(path);
        if (volume === undefined) drift.push(`volume: nothing is mounted at ${path}`);
        // If the share does not declare the size, something else manages it.
        else observed["volume"] = state.volume.size === undefined ? { backup: volume.backup } : volume;
        if (lack === undefined) drift.push(...lagsIn(seen, path, state));
    }
    const mounted = state.volume === undefined ? undefined : mounts.at(path);
    const { address } = seen.gateway.machine;
    const outputs: Outputs = { ...mounted, ...uncsOf(address, expected.name, seen.look) };
    const schedule = scheduleOf(state);
    if (schedule !== undefined) {
        const series = { gateway: seen.gateway, urn: owner?.key ?? "", id, path };
        drift.push(...(await snapshotDrift(ctx, series, schedule)));
    }
    return { inputs: { ...asDeclared(observed, state), urn: owner?.key, drift }, state: { ...state, ...outputs } };
}

/** The part of a section that has properties; the other settings are compared line by line. */
export function propertiesOf({ path: _path, settings: _settings, modules: _modules, links: _links, homes: _homes, ...rest }: ShareSection) {
    return rest;
}

/** For a volume whose size the share declares: reports a file system that is smaller. */
function lagsIn({ gateway, look }: Seen, path: string, { volume }: ShareState): string[] {
    const size = volume?.size === undefined ? undefined : gateway.machine.mounts.volumeAt(path)?.size;
    const mounted = gateway.machine.mounts.at(path);
    if (size === undefined || mounted === undefined) return [];
    const lag = lagOf({
        property: "volume.size",
        volume: mounted.volumeId,
        configured: bytesOf(size),
        fileSystem: look.statvfs[path]?.total,
    });
    return lag === undefined ? [] : [lag];
}

/** The directories of shares that are not views. */
const mains = onceSeen((look) => {
    const sections = files.all(look).flatMap((stored) => (stored.owner?.view === true ? [] : stored.sections));
    return new Set(sections.map(({ name, options }) => directoryOf(options.get("path") ?? "", name === HOMES)));
});

/** Omits values that are in effect although the program does not set them: a purpose may do so. */
function asDeclared(observed: Record<string, unknown>, state: ShareState): Record<string, unknown> {
    const wanted: Record<string, unknown> = effective(state);
    const stored: Record<string, unknown> = state;
    return Object.fromEntries(Object.entries(observed).filter(([name, value]) => stored[name] !== undefined || value !== wanted[name]));
}

/** Ignores key order; differences within a property are reported there. */
function sameShare(a: object, b: object): boolean {
    const text = (value: object): string => JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));
    return text(a) === text(b);
}

function rootDrift(inputs: ShareState, path: string, look: GatherResult, observed: Record<string, unknown>, drift: string[]): void {
    const root = look.stat[path];
    if (root?.type !== "directory") {
        drift.push(`path: ${path} is ${root === undefined ? "missing" : "no directory"}`);
        return;
    }
    // From here on clients own the rights.
    if (inputs.acl === "windows") return;
    const { domainAccounts: accounts } = inputs;
    observed["owner"] = ownerText(inputs.owner, accounts) === String(root.uid) ? inputs.owner : root.owner;
    observed["group"] = ownerText(inputs.group, accounts) === String(root.gid) ? inputs.group : root.group;
    observed["mode"] = effective(inputs).mode.length === 3 ? root.mode.slice(-3) : root.mode;
    const { acl, inherited = acl } = rootOf(inputs, inputs);
    for (const [kind, entries] of [
        ["access", acl],
        ["default", inherited],
    ] as const) {
        const [found, wanted] = [numbered(root.acl?.[kind] ?? [], entries), entries].map((list) => aclText(list, accounts));
        if (found !== wanted) drift.push(`access: the directory's ${kind} ACL is ${found || "empty"} instead of ${wanted || "empty"}`);
    }
}

/** Entries that were found, by number where that is what is wanted: a domain's account. */
const numbered = (found: NonNullable<FileFacts["acl"]>["access"], wanted: readonly AclEntry[]): AclEntry[] =>
    found.map((entry) =>
        wanted.some(({ kind, name }) => kind === entry.kind && name === String(entry.id)) ? { ...entry, name: String(entry.id) } : entry,
    );

/** Numbers of a domain's accounts are written as the program names them. */
const aclText = (entries: readonly AclEntry[], accounts: ShareState["domainAccounts"] = []): string =>
    entries
        .map(({ kind, name, permissions }) => {
            const known = accounts.find((account) => account.kind === kind && String(account.id) === name);
            return `${kind}:${known?.name ?? name}:${permissions}`;
        })
        .sort()
        .join(",");

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "../../../provider/base/connection";
import { type Mark as Signed, readClaim, signerOf, withMark } from "../../../provider/machines/mark";
import { LEASE } from "../../../provider/machines/lxc/guest";
import { markKeys } from "../../../provider/machines/mark-keys";
import { runOnNode } from "../../lab/src/client";
import { stateDir } from "../../lab/src/machine/layout";
import { control } from "./control";
import { spending } from "./spent";
import { eventually } from "./until";

/** Reads and changes the lab's guests behind pvesmb's back. */

export interface Mark {
    key: string;
    nonce: string;
    vmid: number;
    phase: string;
    lease: number;
}

export interface Guest {
    vmid: number;
    node: string;
    config: Record<string, string | number>;
    mark?: Mark;
}

const MARK = /<!-- pvesmb 1 (\{.*\}) -->/;

export async function guestsWithin(from: number, to: number): Promise<Guest[]> {
    const all = (await control("call", "GET", "/cluster/resources", { type: "vm" })) as { vmid: number; node: string }[];
    const ours = all.filter(({ vmid }) => vmid >= from && vmid <= to);
    return Promise.all(
        ours.map(async ({ vmid, node }) => {
            const config = (await control("call", "GET", `/nodes/${node}/lxc/${vmid}/config`)) as Guest["config"];
            const mark = MARK.exec(String(config["description"] ?? ""))?.[1];
            return { vmid, node, config, ...(mark === undefined ? {} : { mark: JSON.parse(mark) as Mark }) };
        }),
    );
}

/** Volumes that belong to a VMID of the range, on all storages of the node. */
export async function volumesWithin(from: number, to: number, node = "pve1"): Promise<string[]> {
    const storages = (await control("call", "GET", `/nodes/${node}/storage`, { content: "rootdir" })) as { storage: string }[];
    const lists = await Promise.all(
        storages.map(({ storage }) => control("call", "GET", `/nodes/${node}/storage/${storage}/content`, { content: "rootdir" })),
    );
    return (lists.flat() as { volid: string; vmid?: number }[])
        .filter(({ vmid }) => vmid !== undefined && vmid >= from && vmid <= to)
        .map(({ volid }) => volid);
}

/** Waits for running tasks, then stops and destroys every guest in the range. */
export async function removeGuests(from: number, to: number): Promise<void> {
    await control("clearFaults");
    await control("idle");
    for (const { vmid, node, config } of await guestsWithin(from, to)) {
        if (config["lock"] !== undefined) await control("setLock", vmid);
        const { status } = (await control("call", "GET", `/nodes/${node}/lxc/${vmid}/status/current`)) as { status: string };
        if (status === "running") await control("run", "POST", `/nodes/${node}/lxc/${vmid}/status/stop`);
        await control("run", "DELETE", `/nodes/${node}/lxc/${vmid}`);
    }
}

/** Runs a shell command in a container with `pct exec` on its node; throws unless it exits with 0. */
export async function inGuest({ node, vmid }: Pick<Guest, "node" | "vmid">, script: string): Promise<string> {
    const result = await spending("lab", () => runOnNode(node, `pct exec ${vmid} -- sh -s`, { input: script }));
    if (result.code !== 0) throw new Error(`in CT ${vmid}: ${script}\nended with ${result.code}: ${result.stderr}`);
    return result.stdout;
}

/** What a program has said comes into the journal when journald gets to it. `of`: options of journalctl. */
export const inJournal = (guest: Pick<Guest, "node" | "vmid">, of: string, line: RegExp): Promise<void> =>
    eventually(async () => expect(await inGuest(guest, `journalctl ${of} -o cat`)).toMatch(line));

/** Ends the lease of a half-made guest: its creator counts as dead from now on. */
export const endLease = (guest: Guest): Promise<void> => lease(guest, 1);

/** Renews it, as a creator that lives does: the one that it had may be over on a busy machine. */
export const renewLease = (guest: Guest): Promise<void> => lease(guest, Math.ceil(Date.now() / 1000) + LEASE);

async function lease({ node, vmid, config }: Guest, until: number): Promise<void> {
    const description = resigned(config, (mark) => ({ ...mark, lease: until }));
    await control("call", "PUT", `/nodes/${node}/lxc/${vmid}/config`, { description });
}

/** Notes with a changed mark that is signed again, which only a deployer can do. Throws if the mark was not authentic. */
function resigned(config: Guest["config"], change: (mark: Signed) => Signed): string {
    const notes = String(config["description"] ?? "");
    const { text, claim } = readClaim(notes);
    const keys = tokens().map((secret) => markKeys({ ...NOWHERE, auth: { kind: "token", id: "", secret } }));
    const own = claim && keys.find((each) => signerOf(claim, each) !== undefined);
    if (claim === undefined || own === undefined) throw new Error(`no authentic mark in ${notes}`);
    return withMark(text, change(claim), own);
}

/** No private key, so a token signs. */
const NOWHERE: Connection = {
    endpoints: [],
    auth: { kind: "token", id: "", secret: "" },
    tls: { kind: "system" },
    ssh: { via: "guest", username: "root", sudo: false, pct: "pct", port: 22, nodes: {}, knownHosts: "/nonexistent" },
};

/** The secrets of the tests' tokens in this lab (least-rights.ts). */
const tokens = (): string[] =>
    readdirSync(stateDir)
        .filter((name) => /^e2e-.*\.json$/.test(name))
        .map((name) => (JSON.parse(readFileSync(join(stateDir, name), "utf8")) as { token: string }).token.replace(/^[^=]*=/, ""));

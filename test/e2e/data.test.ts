import { join } from "node:path";
import { mkdirSync } from "node:fs";
import { answers } from "./support/answers";
import { control } from "./support/control";
import { type Guest, guestsWithin, inGuest, volumesWithin } from "./support/guests";
import { POOL } from "./support/least-rights";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { runDirectory } from "./support/run-directory";
import { getFile, listShares, putFile, smbclient } from "./support/smb-client";
import type { Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/** No data is lost. Each test continues where the previous one ended. */

const vmids = { from: 5200, to: 5249 };
const host = "10.86.0.55";
const guest = { node: "pve1", vmid: 5200 };
const holder = { node: "pve1", vmid: 5249 };
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };
const MIB = 2 ** 20;

let place: Workplace;
let stack: Stack;
const backend = (): string => join(runDirectory(), "data-backend");
beforeAll(async () => {
    place = await workplace(vmids, ["--feature", "given-volume", "--owner", String(holder.vmid)]);
    mkdirSync(backend(), { recursive: true });
    stack = await place.stack("", { project: "data", backend: backend() });
    change({});
    await stack.up();
});
afterAll(() => place?.dispose());

const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const at = (name: string) => ({ host, share: name });
const config = async (): Promise<Guest["config"]> => (await guestsWithin(guest.vmid, guest.vmid))[0]?.config ?? {};
const mounts = async (): Promise<string[]> =>
    Object.entries(await config()).flatMap(([key, value]) => (/^mp\d+$/.test(key) ? [String(value)] : []));
const volumes = (): Promise<string[]> => volumesWithin(guest.vmid, guest.vmid);

const { data, ...basics } = smallArgs(host, vmids);
const args = { ...basics, vmid: guest.vmid, dataOnDelete: "refuse" } as const;
/** The volume that was given to the second gateway, under its former name. */
let given: string | undefined;
const everybody = { alice: "full", bob: "full" } as const;
const parts = {
    files: gateway("files", { ...args, data }),
    alice: user("files", alice),
    bob: user("files", bob),
    docs: share("files", "docs", everybody),
    vault: "",
    ref: "export const ref = files.ref;",
};

function change(changes: Partial<typeof parts>): void {
    Object.assign(parts, changes);
    stack.write(program(...Object.values(parts)));
}

describe("destroy of a gateway with data", () => {
    beforeAll(async () => {
        await putFile(within, at("docs"), alice, "alices.txt", "alice's\n");
        await putFile(within, at("docs"), bob, "bobs.txt", "bob's\n");
    });
    const everything = ["SmbGateway", "SmbShare", "SmbUser", "SmbUser"];
    const kinds = async (): Promise<(string | undefined)[]> => (await stack.resources()).map(({ type }) => type.split(":").at(-1)).sort();

    test("is refused in the preview, with nothing gone", async () => {
        const { output } = await stack.destroy({ preview: true, fails: true });
        expect(output).toMatch(/files.*cannot be deleted|"files" .*protect|unprotect/);
        expect(await kinds()).toEqual(everything);
        expect(await getFile(within, at("docs"), alice, "alices.txt")).toBe("alice's\n");
    });

    test("so is a replacement, by the property that leads on, whatever the new program says", async () => {
        const rebuilt = { ...args, vmid: guest.vmid + 1, data };
        for (const dataOnDelete of ["refuse", "destroy"] as const) {
            change({ files: gateway("files", { ...rebuilt, dataOnDelete }) });
            expect((await stack.preview({ fails: true })).output).toMatch(
                /dataOnDelete: the data volume tank:\S+ would be destroyed with the container; .*set `dataOnDelete: "destroy"` and run `pulumi up` first \(a change of vmid replaces the resource\)/,
            );
        }
        change({ files: gateway("files", { ...args, data }) });
        expect(await getFile(within, at("docs"), alice, "alices.txt")).toBe("alice's\n");
    });

    test("is refused by the provider when the state says unprotected, and up puts everything back", async () => {
        await stack.pulumi(["state", "unprotect", "--all", "--yes"]);
        const { output } = await stack.destroy({ fails: true });
        expect(output).toContain("dataOnDelete: the gateway CT 5200 holds data (tank:5200/");
        expect(await kinds()).toContain("SmbGateway");
        expect(await mounts()).toHaveLength(1);
        await stack.up();
        expect(await kinds()).toEqual(everything);
        expect(await getFile(within, at("docs"), alice, "alices.txt")).toBe("alice's\n");
        expect((await stack.resources()).find(({ type }) => type.endsWith("SmbGateway"))?.protect).toBe(true);
    });
});

test("a gateway rebuilt on the kept volume gives the files back to their owners", async () => {
    const owners = (): Promise<string> => inGuest(guest, "cd /srv/pvesmb/docs && stat -c '%n %u %U' *.txt && net getlocalsid");
    const before = await owners();
    const [kept = ""] = await volumes().then((all) => all.filter((volume) => volume.startsWith("tank:")));
    const template = (await stack.resources())
        .map(({ outputs }) => outputs?.["templateVolume"])
        .find((volume) => typeof volume === "string");

    await control("run", "POST", "/nodes/pve1/lxc", {
        vmid: String(holder.vmid),
        // PVE deletes a guest's own ACLs together with the guest.
        pool: POOL,
        ostemplate: template ?? "",
        rootfs: "local:1",
        unprivileged: "1",
    });
    await control("run", "POST", `/nodes/pve1/lxc/${guest.vmid}/status/stop`);
    const move = { volume: "mp0", "target-vmid": String(holder.vmid), "target-volume": "unused0" };
    await control("run", "POST", `/nodes/pve1/lxc/${guest.vmid}/move_volume`, move);
    await control("run", "DELETE", `/nodes/pve1/lxc/${guest.vmid}`);
    await stack.refresh();
    expect(await stack.resources()).toEqual([]);

    given = (await guestsWithin(holder.vmid, holder.vmid)).map(({ config: { unused0 } }) => String(unused0))[0];
    expect(given).not.toBe(kept);
    // A new user must not get the uid of a former one.
    change({
        files: gateway("files", { ...args, data: { volume: given } }),
        alice: user("files", { ...alice, user: "aaron" }) + user("files", alice),
    });
    // A half-made gateway that has taken the volume over is not destroyed with it either.
    await control("injectRequest", {
        method: "POST",
        path: "/status/start$",
        fault: { kind: "answer", status: 500, reason: "no start today" },
        count: 0,
    });
    await stack.up({ fails: true });
    await control("clearFaults");
    await stack.pulumi(["state", "unprotect", "--all", "--yes"]);
    expect((await stack.destroy({ fails: true })).output).toContain("dataOnDelete: the gateway CT");
    await stack.up();
    expect(await owners()).toBe(before);
    expect(await getFile(within, at("docs"), alice, "alices.txt")).toBe("alice's\n");
    await putFile(within, at("docs"), bob, "bobs.txt", "bob's, again\n");
    await stack.settled();

    // The volume now belongs to the gateway: the guest that held it can be removed.
    await control("run", "DELETE", `/nodes/pve1/lxc/${holder.vmid}`);
    expect(await getFile(within, at("docs"), alice, "alices.txt")).toBe("alice's\n");
    expect((await mounts()).filter((mount) => mount.startsWith(`tank:${guest.vmid}/`))).toHaveLength(1);
});

describe("a share in a directory", () => {
    const at = (path?: string): string => share("files", "docs", everybody, path === undefined ? {} : { path });
    const files = (): Promise<string> => getFile(within, { host, share: "docs" }, alice, "alices.txt");

    test("leaves its files when it is deleted, and finds them when it is made again", async () => {
        change({ docs: "" });
        await stack.up();
        expect((await smbclient(within, { host, share: "docs" }, alice, "ls")).output).toContain("NT_STATUS_BAD_NETWORK_NAME");
        expect(await inGuest(guest, "cat /srv/pvesmb/docs/alices.txt")).toBe("alice's\n");
        change({ docs: at() });
        await stack.up();
        expect(await files()).toBe("alice's\n");
    });

    test("is not hidden by a volume mounted over it", async () => {
        const before = await mounts();
        const volume = { storage: "tank", size: "32MiB" };
        // For the existing share already the preview refuses it, and the share stays as it is.
        change({ docs: share("files", "docs", everybody, { volume }) });
        for (const refused of [await stack.preview({ fails: true }), await stack.up({ fails: true })])
            expect(refused.output).toMatch(/volume: cannot be added: its files would have to be copied; create another share/);
        expect(await files()).toBe("alice's\n");
        // For another share at the same path the gateway refuses it before the old share is removed.
        change({
            docs: share("files", "docs", everybody, { name: "papers", path: "/srv/pvesmb/docs", volume }).replace('("docs"', '("papers"'),
        });
        expect((await stack.up({ fails: true })).output).toContain("path: /srv/pvesmb/docs is already the directory of share docs");
        expect(await mounts()).toEqual(before);
        change({ docs: at() });
        await stack.preview({ flags: ["--expect-no-changes"] });
        expect(await files()).toBe("alice's\n");
    });

    test("takes its files along to another path, but not to where others are", async () => {
        change({ docs: at("/srv/pvesmb/papers") });
        await stack.up();
        expect(await files()).toBe("alice's\n");
        await inGuest(guest, "test ! -e /srv/pvesmb/docs && mkdir /srv/pvesmb/theirs && touch /srv/pvesmb/theirs/x");
        change({ docs: at("/srv/pvesmb/theirs") });
        expect((await stack.up({ fails: true })).output).toMatch(
            /cannot rename \/srv\/pvesmb\/papers to \/srv\/pvesmb\/theirs: both exist/,
        );
        expect(await files()).toBe("alice's\n");
        change({ docs: at("/srv/pvesmb/docs") });
        await stack.up();
        expect(await files()).toBe("alice's\n");
        expect(await inGuest(guest, "rm -r /srv/pvesmb/theirs; ls /srv/pvesmb/docs")).toContain("alices.txt");
    });
});

describe("a directory has one owner", () => {
    const docs = (more = {}): string => share("files", "docs", everybody, more);
    const inDocs = (): Promise<string> => getFile(within, at("docs"), alice, "alices.txt");

    test("what would overlap is refused with what lies where, before anything is made, also of what is made at the same time", async () => {
        const before = await mounts();
        change({
            docs: docs(),
            vault: [
                share("files", "inner", { bob: "full" }, { path: "/srv/pvesmb/docs/inner" }),
                share("files", "same", { bob: "full" }, { path: "/srv/pvesmb/docs" }),
                share("files", "ground", { bob: "full" }, { path: "/srv/pvesmb/docs", volume: { storage: "tank", size: "32MiB" } }),
                user("files", { user: "eva", password: "eva's long p4ssword" }, { home: "/srv/pvesmb/docs/eva" }),
                share("files", "outer", { bob: "full" }, { path: "/srv/pvesmb/pair" }),
                share("files", "within", { bob: "full" }, { path: "/srv/pvesmb/pair/within" }),
            ].join("\n"),
        });
        const { output } = await stack.up({ fails: true, flags: ["--continue-on-error"] });
        const docsIs = "share docs (/srv/pvesmb/docs)";
        expect(output).toContain(`path: /srv/pvesmb/docs/inner is inside ${docsIs}`);
        expect(output).toContain(`path: /srv/pvesmb/docs is already the directory of ${docsIs}`);
        expect(output).toContain(`home: /srv/pvesmb/docs/eva is inside ${docsIs}`);
        expect(output).toMatch(/pair\/within is inside share outer|\/srv\/pvesmb\/pair contains share within/);
        expect(await mounts()).toEqual(before);
        expect((await inGuest(guest, "ls /srv/pvesmb/docs; getent passwd eva || true")).trim().split("\n")).toEqual([
            "alices.txt",
            "bobs.txt",
        ]);
        expect(await inGuest(guest, "ls /etc/samba/pvesmb/shares.d")).toMatch(/^docs\.conf\n(outer|within)\.conf\n$/);
        change({ vault: "" });
        await stack.up();
        expect(await inDocs()).toBe("alice's\n");
    });

    test("a share that only reads may show another one's, and leaves owner and rights to it", async () => {
        const gallery = share("files", "gallery", { bob: "read" }, { path: "/srv/pvesmb/docs", readOnly: true });
        const acl = (): Promise<string> => inGuest(guest, "getfacl -cp /srv/pvesmb/docs");
        const before = await acl();
        change({ docs: docs(), vault: gallery });
        await stack.up();
        expect(await getFile(within, at("gallery"), bob, "alices.txt")).toBe("alice's\n");
        expect((await smbclient(within, at("gallery"), bob, "mkdir x")).output).toContain("NT_STATUS_ACCESS_DENIED");
        await putFile(within, at("docs"), bob, "bobs.txt", "bob's\n");
        expect(await acl()).toBe(before);
        await stack.refresh({ flags: ["--expect-no-changes"] });

        // When the view shows another directory, and then this one again, the files stay where they are.
        change({ vault: gallery.replace("pvesmb/docs", "pvesmb/hall") });
        await stack.up();
        expect(await inGuest(guest, "ls -A /srv/pvesmb/hall")).toBe("");
        expect(await inDocs()).toBe("alice's\n");
        change({ vault: gallery });
        await stack.up();
        expect(await getFile(within, at("gallery"), bob, "alices.txt")).toBe("alice's\n");
        expect(await inDocs()).toBe("alice's\n");

        change({ vault: gallery.replace('"read"', '"full"') + user("files", { user: "eva", password: "eva's long p4ssword" }) });
        await stack.up();
        expect(await acl()).toBe(before);
        change({ vault: parts.vault.replace("bob.name", "eva.name").replace(/^(.*)\n?(const eva.*)$/s, "$2\n$1") });
        expect((await stack.up({ fails: true })).output).toContain(
            "access: eva may not read /srv/pvesmb/docs, which this share only shows",
        );
    });

    test("whose files are not all its own is not deleted", async () => {
        change({
            docs: docs({ onDelete: "delete" }),
            vault: share("files", "gallery", { bob: "read" }, { path: "/srv/pvesmb/docs", readOnly: true }),
        });
        await stack.up();
        change({ docs: "" });
        expect((await stack.up({ fails: true })).output).toContain(
            "onDelete: /srv/pvesmb/docs is also the directory of share gallery (/srv/pvesmb/docs)",
        );
        expect(await getFile(within, at("gallery"), bob, "alices.txt")).toBe("alice's\n");
        // Created by hand, or by a version without the check.
        await inGuest(guest, "useradd -M -d /srv/pvesmb/docs/ida ida");
        change({ vault: "" });
        expect((await stack.up({ fails: true })).output).toContain(
            "onDelete: /srv/pvesmb/docs contains home of ida (/srv/pvesmb/docs/ida)",
        );
        await inGuest(guest, "userdel ida");
        change({ docs: docs() });
        await stack.up();
        expect(await inDocs()).toBe("alice's\n");
    });
});

describe("a share with a volume of its own", () => {
    const sized = (size: string, more = {}): void =>
        change({ vault: share("files", "vault", everybody, { volume: { storage: "tank", size }, ...more }) });
    /** Total bytes as a client sees them. */
    const seen = async (): Promise<number> => {
        const { output } = await smbclient(within, at("vault"), alice, "du");
        const [, blocks, bytes] = /(\d+) blocks of size (\d+)/.exec(output) ?? [];
        return Number(blocks) * Number(bytes);
    };
    const big = "x".repeat(80 * MIB);
    const own = async (): Promise<string[]> => (await mounts()).filter((mount) => mount.includes("mp=/srv/pvesmb/vault"));

    test("has its size as its limit", async () => {
        sized("64MiB");
        await stack.up();
        expect(await own()).toEqual([expect.stringMatching(/^tank:5200\/.*size=64M/)]);
        expect(await seen()).toBeGreaterThan(40 * MIB);
        expect(await seen()).toBeLessThanOrEqual(64 * MIB);
        await putFile(within, at("vault"), alice, "small.txt", "small\n");
        await expect(putFile(within, at("vault"), alice, "big.bin", big)).rejects.toThrow("NT_STATUS_DISK_FULL");
        expect(await getFile(within, at("docs"), alice, "alices.txt")).toBe("alice's\n");
    });

    test("grows while it is in use", async () => {
        await control("injectTask", { type: "resize", step: "file system", message: "resize2fs: Permission denied" });
        sized("128MiB");
        expect((await stack.up({ fails: true })).output).toMatch(/mp1 of CT 5200 has grown, but its file system has not/);
        expect((await stack.up({ fails: true })).output).toMatch(/volume\.size: the file system has \d+MiB of the volume's 128MiB/);
        expect(await getFile(within, at("vault"), alice, "small.txt")).toBe("small\n");
        sized("160MiB");
        const { steps } = await stack.up();
        expect(steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`)).toEqual(["update vault"]);
        expect(await seen()).toBeGreaterThan(120 * MIB);
        await putFile(within, at("vault"), alice, "big.bin", big);
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    test("does not shrink", async () => {
        sized("96MiB");
        const { output } = await stack.up({ fails: true });
        expect(output).toContain("volume.size: Proxmox VE cannot shrink a volume (it has 160MiB, requested: 96MiB)");
        sized("160MiB");
        await stack.up();
        expect(await getFile(within, at("vault"), alice, "small.txt")).toBe("small\n");
        await stack.preview({ flags: ["--expect-no-changes"] });
    });

    test("unmounted in the gateway, that is named, and nothing is written in its place", async () => {
        await inGuest(guest, "umount -l /srv/pvesmb/vault");
        expect((await stack.refresh({ flags: ["--diff"] })).output).toMatch(
            /volume: tank:5200\/\S+ \(mp1\) is not mounted at \/srv\/pvesmb\/vault in the gateway/,
        );
        expect((await stack.up({ fails: true })).output).toMatch(/volume is not mounted at .*vault.*restart the gateway's container/);
        expect(await inGuest(guest, "ls -A /srv/pvesmb/vault")).toBe("");
        await control("run", "POST", `/nodes/pve1/lxc/${guest.vmid}/status/reboot`);
        await answers(guest, host);
        await stack.up();
        expect(await getFile(within, at("vault"), alice, "small.txt")).toBe("small\n");
    });

    test("does not move: its volume stays, and no other is made", async () => {
        const before = [await mounts(), await volumes()];
        sized("160MiB", { path: "/srv/pvesmb/elsewhere" });
        expect((await stack.up({ fails: true })).output).toContain(
            "path: the share's volume is mounted at /srv/pvesmb/vault and stays there",
        );
        expect([await mounts(), await volumes()]).toEqual(before);
        sized("160MiB");
        await stack.up();
        expect(await getFile(within, at("vault"), alice, "small.txt")).toBe("small\n");
    });

    test("keeps its volume when it is deleted, and finds it when it is made again", async () => {
        const before = await own();
        change({ vault: "" });
        await stack.up();
        expect((await smbclient(within, at("vault"), alice, "ls")).output).toContain("NT_STATUS_BAD_NETWORK_NAME");
        expect(await own()).toEqual(before);
        sized("160MiB", { volume: { storage: "local", size: "160MiB" } });
        expect((await stack.up({ fails: true })).output).toContain(
            "volume.storage: the files of /srv/pvesmb/vault are in the volume tank:",
        );
        sized("160MiB");
        await stack.up();
        expect(await own()).toEqual(before);
        expect(await getFile(within, at("vault"), alice, "small.txt")).toBe("small\n");
    });

    test("takes its volume with it when told, and the container is restarted for it", async () => {
        const before = await volumes();
        sized("160MiB", { onDelete: "delete", allowRestart: true });
        await stack.up();
        change({ vault: "" });
        await stack.up();
        expect(await own()).toEqual([]);
        expect(Object.keys(await config()).filter((key) => key.startsWith("unused"))).toEqual([]);
        expect(await volumes()).toHaveLength(before.length - 1);
        await answers(guest, host);
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });
});

let others: Stack[] = [];
/** The start of a program of another stack. */
const beside = [
    'const files = new pulumi.StackReference("organization/data/dev").requireOutput("ref") as pulumi.Output<pvesmb.GatewayRef>;',
    'const alice = { name: "alice" };',
];

test("two stacks add shares and volumes to the gateway at the same time: none is lost, none is doubled", async () => {
    const plain = Array.from({ length: process.env["PVESMB_SOAK"] === "1" ? 50 : 10 }, (_, i) => `plain${i + 1}`);
    others = await Promise.all(
        ["left", "right"].map((side) =>
            place.stack(
                program(
                    ...beside,
                    ...[1, 2, 3, 4].map((i) =>
                        share("files", `${side}${i}`, { alice: "full" }, { volume: { storage: "tank", size: "32MiB" } }),
                    ),
                    ...plain.map((name) => share("files", `${side}${name}`, { alice: "full" }, { comment: `${name} of ${side}` })),
                ),
                { project: side, backend: backend() },
            ),
        ),
    );
    await Promise.all(others.map((other) => other.up()));

    const paths = (await mounts()).map((mount) => /mp=([^,]*)/.exec(mount)?.[1]).sort();
    const names = ["left", "right"].flatMap((side) => [1, 2, 3, 4].map((i) => `${side}${i}`));
    expect(paths).toEqual(["/srv/pvesmb", ...names.map((name) => `/srv/pvesmb/${name}`)]);
    const mounted = (await mounts()).map((mount) => mount.split(",")[0]);
    expect((await volumes()).filter((volume) => volume.startsWith("tank:")).sort()).toEqual(mounted.sort());
    for (const name of names) await putFile(within, at(name), alice, "whose.txt", name);
    expect(await inGuest(guest, "cd /srv/pvesmb && cat */whose.txt")).toBe(names.join(""));
    const served = await listShares(within, host, alice);
    for (const side of ["left", "right"]) for (const name of plain) expect(served[side + name]).toBe(`${name} of ${side}`);
    expect(Object.keys(served).sort()).toEqual(
        ["docs", ...names, ...["left", "right"].flatMap((side) => plain.map((name) => side + name))].sort(),
    );
    for (const each of [stack, ...others]) await each.refresh({ flags: ["--expect-no-changes"] });

    const [left] = others;
    left?.write(program(...beside, share("files", "deep", { alice: "full" }, { path: "/srv/pvesmb/docs/deep" })));
    expect((await left?.up({ fails: true, flags: ["--target", "**deep"] }))?.output).toContain(
        "path: /srv/pvesmb/docs/deep is inside share docs (/srv/pvesmb/docs)",
    );
});

test("when its data may go, destroy takes it all; what other stacks had on it is gone with it", async () => {
    change({ files: gateway("files", { ...args, data: { volume: given }, dataOnDelete: "destroy" }) });
    await stack.up();
    await stack.destroy({ preview: true });
    expect(await guestsWithin(vmids.from, vmids.to)).toEqual([]);
    expect(await volumesWithin(vmids.from, vmids.to)).toEqual([]);
    for (const other of others) {
        await other.destroy();
        expect(await other.resources()).toEqual([]);
    }
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gatewayModel } from "../../provider/model";
import { control } from "./support/control";
import { guestsWithin, inGuest, volumesWithin } from "./support/guests";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { getFile, listShares, putFile, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import type { Result, Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/** One gateway through its whole life: each test continues where the previous one ended. */

const vmids = { from: 5100, to: 5149 };
const host = "10.86.0.50";
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };
const both = { alice: "full", bob: "full" } as const;

let place: Workplace;
let stack: Stack;
beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack("");
});
afterAll(() => place?.dispose());

/** The program's parts; tests replace the ones that they change. */
const parts = {
    files: gateway("files", { ...smallArgs(host, vmids), vmid: 5100 }),
    alice: user("files", alice),
    bob: user("files", bob),
    docs: share("files", "docs", both, { comment: "Documents" }),
    media: share("files", "media", { alice: "full" }),
};

function change(changes: Partial<typeof parts>): void {
    Object.assign(parts, changes);
    stack.write(program(...Object.values(parts)));
}

/** The actions of an operation or a preview, without unchanged resources: `update SmbShare docs`. */
const doings = ({ steps }: Result): string[] =>
    steps
        .filter(({ op }) => op !== "same")
        .map(({ op, kind, name }) => `${op} ${kind} ${name}`)
        .sort();
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const guests = async (): Promise<number[]> => (await guestsWithin(vmids.from, vmids.to)).map(({ vmid }) => vmid);
const at = (name: string, address = host) => ({ host: address, share: name });
const refusal = async (name: string, login: typeof alice, commands = "ls"): Promise<string> =>
    /NT_STATUS_\w+/.exec((await smbclient(within, at(name), login, commands)).output)?.[0] ?? "nothing";

test("a preview before anything exists changes nothing and opens no SSH", async () => {
    change({});
    const trace = join(stack.directory, "trace");
    await control("clearRequests");
    const preview = await stack.preview({ flags: ["--diff"], environment: { PVESMB_TRACE: trace } });
    expect(preview.changes).toMatchObject({ create: 6 });
    // Only the program's own words are shown.
    expect(preview.output).toMatch(/SmbShare: \(create\)[^]* name *: "docs"/);
    expect(preview.output).not.toMatch(/^\s*\+? *(__)?(key|provider) *:/m);
    expect((await control("requests")).filter(({ method }) => method !== "GET")).toEqual([]);
    expect(existsSync(trace) ? readFileSync(trace, "utf8") : "").not.toMatch(/"kind":"(?!api)/);
    expect(await guests()).toEqual([]);
});

test("right after up nothing is left to do", async () => {
    const trace = join(stack.directory, "trace");
    await stack.up({ environment: { PVESMB_TRACE: trace } });
    // Proves that this is visible in a trace; the test above found none.
    expect(readFileSync(trace, "utf8")).toMatch(/"kind":"exec"/);
    await stack.preview({ flags: ["--expect-no-changes"] });
    expect(await guests()).toEqual([5100]);
});

test("a gateway changes in place, and its shares show no change", async () => {
    await putFile(within, at("docs"), alice, "kept.txt", "kept\n");
    const args = smallArgs(host, vmids);
    const settings = { tags: ["samba", "office"], description: "For the office", onboot: false };
    const lxc = { ...args.lxc, memory: "768MiB", cores: 2 };
    const sized = (size: string): string => gateway("files", { ...args, ...settings, vmid: 5100, lxc, data: { storage: "tank", size } });

    // The task reports OK although the file system did not grow: this up, every further up and a refresh report it.
    await control("injectTask", { type: "resize", step: "file system", message: "resize2fs: Permission denied" });
    change({ files: sized("320MiB") });
    expect((await stack.up({ fails: true })).output).toMatch(
        /mp0 of CT 5100 has grown, but its file system has not \(.*Permission denied\)/,
    );
    const lag = /data\.size: the file system has \d+MiB of the volume's 320MiB: it did not grow with it/;
    expect((await stack.up({ fails: true })).output).toMatch(lag);
    expect((await stack.refresh({ flags: ["--diff"] })).output).toMatch(lag);

    change({ files: sized("384MiB") });
    expect(doings(await stack.preview())).toEqual(["update SmbGateway files"]);
    expect(doings(await stack.up())).toEqual(["update SmbGateway files"]);
    const [guest] = await guestsWithin(vmids.from, vmids.to);
    expect(guest?.config).toMatchObject({
        memory: 768,
        cores: 2,
        tags: "office;samba",
        mp0: expect.stringContaining("size=384M") as string,
    });
    expect(guest?.config["description"]).toMatch(/^For the office\n/);
    expect(guest?.config["onboot"] ?? 0).toBe(0);
    expect(Number(await inGuest({ node: "pve1", vmid: 5100 }, "df --output=size -m /srv/pvesmb | tail -1"))).toBeGreaterThan(320);
    expect(await getFile(within, at("docs"), alice, "kept.txt")).toBe("kept\n");
    await stack.refresh({ flags: ["--expect-no-changes"] });
});

describe("an address", () => {
    const args = { ...smallArgs(host, vmids), vmid: 5100, tags: ["samba", "office"], description: "For the office", onboot: false };
    const lxc = { ...args.lxc, memory: "768MiB", cores: 2 };
    const data = { storage: "tank", size: "384MiB" };
    const files = (address: string, more = {}): string =>
        gateway("files", { ...args, lxc, data, network: { bridge: "vmbr0", address }, ...more });
    const net0 = async (): Promise<string> => String((await guestsWithin(5100, 5100))[0]?.config["net0"]);

    test("that somebody has is refused, with who it is, before anything is made or changed", async () => {
        const before = await net0();
        change({ files: files("10.86.0.2/24") });
        expect((await stack.up({ fails: true })).output).toMatch(
            /network\.address: 10\.86\.0\.2 is in use: a machine in that network \(MAC address [0-9a-f:]{17}\) uses it; choose a free address/,
        );
        expect(await net0()).toBe(before);
        const second = gateway("second", { ...smallArgs(host, vmids), vmid: 5110 });
        change({ files: `${files(`${host}/24`)}\n${second}` });
        expect((await stack.up({ fails: true })).output).toMatch(
            /network\.address: 10\.86\.0\.50 is in use: CT 5100 \(\w+\) on pve1 \(net0\) uses it/,
        );
        expect(await guests()).toEqual([5100]);
    });

    test("at which the gateway cannot be reached is taken back, and nothing is left to do", async () => {
        const before = await net0();
        change({ files: files("10.99.0.5/24", { timeouts: { update: "60s" } }) });
        expect((await stack.up({ fails: true })).output).toMatch(
            /network\.address: the gateway cannot be reached from here at 10\.99\.0\.5; CT 5100 has its interfaces back as they were \(10\.86\.0\.50\/24\)/,
        );
        expect(await net0()).toBe(before);
        expect(await getFile(within, at("docs"), alice, "kept.txt")).toBe("kept\n");
        change({ files: files(`${host}/24`) });
        await stack.settled();
    });

    test("that changes is in the shares' paths by the end of that very up, though they do not change", async () => {
        const outputs = "export const unc = docs.unc; export const address = files.address;";
        const [before, media] = [parts.files, parts.media];
        change({ files: files("10.86.0.53/24"), media: `${media}\n${outputs}` });
        expect(doings(await stack.up())).toContain("update SmbGateway files");
        expect(await stack.outputs()).toEqual({ unc: "\\\\10.86.0.53\\docs", address: "10.86.0.53" });
        expect(await getFile(within, at("docs", "10.86.0.53"), alice, "kept.txt")).toBe("kept\n");
        await stack.refresh();
        await stack.preview({ flags: ["--expect-no-changes"] });
        change({ files: before, media });
        await stack.up();
        await stack.refresh();
        expect(await getFile(within, at("docs"), alice, "kept.txt")).toBe("kept\n");
    });
});

test("two shares change in one up, as their clients see", async () => {
    change({
        docs: share("files", "docs", { alice: "full", bob: "read" }, { comment: "Papers" }),
        media: share("files", "media", { alice: "full" }, { readOnly: true, browseable: false }),
    });
    expect(doings(await stack.up())).toEqual(["update SmbShare docs", "update SmbShare media"]);
    expect(await listShares(within, host, alice)).toEqual({ docs: "Papers" });
    expect(await getFile(within, at("docs"), bob, "kept.txt")).toBe("kept\n");
    expect(await refusal("docs", bob, "mkdir folder")).toBe("NT_STATUS_ACCESS_DENIED");
    expect(await refusal("media", alice, "ls")).toBe("nothing");
    expect(await refusal("media", alice, "mkdir folder")).toBe("NT_STATUS_ACCESS_DENIED");
});

test("a renamed share keeps its data, and the old name is gone", async () => {
    change({ docs: share("files", "docs", both, { name: "papers" }) });
    expect(doings(await stack.up())).toEqual(["update SmbShare docs"]);
    expect(await getFile(within, at("papers"), alice, "kept.txt")).toBe("kept\n");
    expect(await refusal("docs", alice)).toBe("NT_STATUS_BAD_NETWORK_NAME");
});

describe("an access that is taken away", () => {
    const sessions: SmbSession[] = [];
    afterAll(() => sessions.forEach((session) => session.close()));

    test("ends its user's connection, and nobody else's", async () => {
        await putFile(within, at("papers"), bob, "bobs.txt", "bob's\n");
        for (const login of [alice, bob]) sessions.push(await SmbSession.open(within, at("papers"), login));
        const [hers, his] = sessions as [SmbSession, SmbSession];
        expect(await hers.run("open kept.txt")).toContain("for read/write fnum 1");
        expect(await his.run("open bobs.txt")).toContain("for read/write fnum 1");

        change({ docs: share("files", "docs", { bob: "full" }, { name: "papers" }) });
        await stack.up();

        expect(await hers.ended()).toMatch(/NT_STATUS_(NETWORK_NAME_DELETED|CONNECTION_DISCONNECTED|USER_SESSION_DELETED)/);
        expect(await his.run("ls")).toContain("bobs.txt");
        expect(await his.run("close 1")).not.toContain("NT_STATUS");
        expect(await refusal("papers", alice)).toBe("NT_STATUS_ACCESS_DENIED");
    });
});

describe("a user", () => {
    let session: SmbSession | undefined;
    afterAll(() => session?.close());

    test("whose password changes logs in with the new one only; the open session goes on", async () => {
        session = await SmbSession.open(within, at("media"), alice);
        const renewed = { ...alice, password: "alice's n3w password" };
        change({ alice: user("files", renewed) });
        expect(doings(await stack.up())).toEqual(["update SmbUser alice"]);
        expect(await session.run("ls")).toContain("blocks available");
        expect(await refusal("media", alice)).toBe("NT_STATUS_LOGON_FAILURE");
        expect(await refusal("media", renewed)).toBe("nothing");
    });

    test("who is disabled is refused", async () => {
        change({ alice: user("files", alice), bob: user("files", bob, { enabled: false }) });
        expect(doings(await stack.up())).toEqual(["update SmbUser alice", "update SmbUser bob"]);
        expect(await refusal("papers", bob)).toBe("NT_STATUS_ACCOUNT_DISABLED");
        expect(await refusal("media", alice)).toBe("nothing");
    });
});

test("a resource with a new name and an alias is the same one", async () => {
    change({
        docs: share("files", "papers", { alice: "full" }, {}, { aliases: [{ name: "docs" }] }),
        bob: user("files", bob),
    });
    expect(doings(await stack.up())).toEqual(["update SmbShare papers", "update SmbUser bob"]);
    expect(await getFile(within, at("papers"), alice, "kept.txt")).toBe("kept\n");
    await stack.preview({ flags: ["--expect-no-changes"] });
});

describe("options that Pulumi has for every resource do what they say", () => {
    const own = (name: string, args = {}, options = {}): string => share("files", name, { alice: "full" }, args, options);
    const with_ = (expression: string, name: string): string => own(name).replace("{});", `${expression});`);
    const kept = own("kept", {}, { retainOnDelete: true });
    const guarded = own("guarded", {}, { protect: true });
    const pair = (comment: string): string[] => [
        own("anew", { comment }, { replaceOnChanges: ["comment"] }),
        with_("{ deletedWith: anew, replaceWith: [anew] }", "goes"),
    ];
    const rest = (value: string): string[] => [
        own("untouched", { comment: value }, { ignoreChanges: ["comment"] }),
        own("triggered", {}, { replacementTrigger: value }),
        own("sealed", {}, { additionalSecretOutputs: ["unc"], customTimeouts: { update: "1h30m" } }),
        // Resource hooks are the engine's own: the CLI that tests build (tools/pulumi) does not serve them.
        with_("{ dependsOn: [anew] }", "after"),
        with_("{ parent: anew }", "child"),
    ];
    const up = (...lines: string[]): Promise<Result> => (stack.write(program(...Object.values(parts), ...lines)), stack.up());
    const served = async (): Promise<string[]> => Object.keys(await listShares(within, host, alice)).sort();
    const replaced = ({ steps }: Result): string[] => steps.flatMap(({ op, name }) => (op === "replace" ? [name] : [])).sort();

    let before: string[];
    beforeAll(async () => {
        before = await served();
        await up(kept, guarded, ...pair("1"), ...rest("1"));
    });

    test("secrets, deadlines, parents", async () => {
        const all = Object.fromEntries((await stack.resources()).map((each) => [each.urn.split("::").at(-1) ?? "", each]));
        expect(all["sealed"]?.outputs?.["unc"]).toMatchObject({ ciphertext: expect.any(String) as string });
        expect(all["sealed"]?.inputs?.["timeouts"]).toEqual({ update: "5400s" });
        expect(all["child"]?.urn).toContain("SmbShare$pulumi-nodejs:dynamic/pvesmb:SmbShare::child");
        await stack.settled();
    });

    test("what is to be replaced is, with what is to go along, and what is ignored stays", async () => {
        await putFile(within, at("anew"), alice, "own.txt", "stays\n");
        expect(replaced(await up(kept, guarded, ...pair("2"), ...rest("2")))).toEqual(["anew", "goes", "triggered"]);
        expect(await listShares(within, host, alice)).toMatchObject({ anew: "2", untouched: "1" });
        expect(await getFile(within, at("anew"), alice, "own.txt")).toBe("stays\n");
    });

    test("what is retained is served on, and taken up again by the same resource", async () => {
        await up(guarded, ...pair("2"), ...rest("2"));
        expect(await served()).toContain("kept");
        await up(kept, guarded, ...pair("2"), ...rest("2"));
        await stack.refresh({ flags: ["--expect-no-changes"] });
        await up(own("kept"), guarded, ...pair("2"));
        expect(await served()).not.toContain("after");
    });

    test("what is protected stays, what is deleted with another is not asked for", async () => {
        stack.write(program(...Object.values(parts)));
        expect((await stack.up({ fails: true })).output).toMatch(/guarded.* cannot be deleted/);
        await up(own("guarded"));
        expect(await served()).toEqual(expect.arrayContaining(["goes", "guarded"]));
        expect(await served()).not.toContain("anew");
        // The share was not deleted with anything: its own resource has it again and deletes it.
        await up(own("goes"), own("guarded"));
        await up();
        expect(await served()).toEqual(before);
    });
});

test("a renamed stack keeps everything", async () => {
    await stack.rename("production");
    const { changes } = await stack.up();
    expect(Object.keys(changes).filter((op) => op !== "same" && op !== "update")).toEqual([]);
    expect(await guests()).toEqual([5100]);
    expect(await getFile(within, at("papers"), alice, "kept.txt")).toBe("kept\n");
    await stack.settled();
});

test("another VMID replaces the guest, on the storage that is named now, and everything on it is made again", async () => {
    const args = { ...smallArgs(host, vmids), vmid: 5101, data: { storage: "local", size: "256MiB" } };
    // Known later, as from another stack: the gateway is not protected in that case, and is deleted with the rest at the end.
    change({ files: gateway("files", args).replace('"destroy"', 'pulumi.output("destroy" as const)') });
    // The gateway's deletion is not repeated for each resource on it.
    expect(
        (await stack.preview()).output.match(/Smb\w+ \w+: replaced because of .*/g)?.filter((line, i, all) => all.indexOf(line) === i),
    ).toEqual([`SmbGateway files: replaced because of vmid: ${gatewayModel.deletion}`]);
    const { steps } = await stack.up();
    expect(
        steps
            .filter(({ op }) => op === "replace")
            .map(({ name }) => name)
            .sort(),
    ).toEqual(["alice", "bob", "files", "media", "papers"]);
    expect(await guests()).toEqual([5101]);
    expect(await volumesWithin(5100, 5100)).toEqual([]);
    await putFile(within, at("papers"), alice, "again.txt", "again\n");
    expect(await refusal("papers", alice, "get kept.txt")).toBe("NT_STATUS_OBJECT_NAME_NOT_FOUND");
    await stack.preview({ flags: ["--expect-no-changes"] });
});

test("destroy leaves nothing", async () => {
    await stack.destroy({ preview: true });
    expect(await stack.resources()).toEqual([]);
    expect(await guests()).toEqual([]);
    expect(await volumesWithin(vmids.from, vmids.to)).toEqual([]);
});

describe("a component with two gateways", () => {
    const sites = { north: "10.86.0.51", south: "10.86.0.52" };
    const component = `
class Office extends pulumi.ComponentResource {
    constructor(name: string, sites: Record<string, string>) {
        super("test:Office", name);
        const parent = this;
        for (const [site, address] of Object.entries(sites)) {
            const args: pvesmb.SmbGatewayArgs = ${JSON.stringify(smallArgs("ADDRESS", vmids))};
            const gateway = new pvesmb.SmbGateway(site, { ...args, network: { bridge: "vmbr0", address: address + "/24" } }, { parent });
            const alice = new pvesmb.SmbUser(site + "-alice", { gateway, name: "alice", password: ${JSON.stringify(alice.password)} }, { parent });
            for (const name of ["docs", "media"])
                new pvesmb.SmbShare(site + "-" + name, { gateway, name, access: [{ user: alice.name, level: "full" }] }, { parent });
        }
    }
}
new Office("office", ${JSON.stringify(sites)});`;

    test("makes them side by side, each with its two shares", async () => {
        stack.write(program(component));
        await control("clearRequests");
        await stack.up();
        const made = await guests();
        expect(made).toHaveLength(2);
        // From the create call to the last request about each guest.
        const log = (await control("requests")).filter(({ method }) => method === "POST" || method === "PUT");
        const [first, second] = made.map((vmid) => {
            const own = log
                .filter(({ path, params }) => path.includes(`/lxc/${vmid}/`) || Number(params["vmid"]) === vmid)
                .map(({ at }) => at);
            return { from: Math.min(...own), to: Math.max(...own) };
        });
        expect(Math.max(first?.from ?? 0, second?.from ?? 0)).toBeLessThan(Math.min(first?.to ?? 0, second?.to ?? 0));
        for (const address of Object.values(sites))
            for (const name of ["docs", "media"]) {
                await putFile(within, at(name, address), alice, "where.txt", `${name} at ${address}\n`);
                expect(await getFile(within, at(name, address), alice, "where.txt")).toBe(`${name} at ${address}\n`);
            }
        await stack.preview({ flags: ["--expect-no-changes"] });
    });

    test("goes as a whole", async () => {
        await stack.destroy();
        expect(await guests()).toEqual([]);
        expect(await volumesWithin(vmids.from, vmids.to)).toEqual([]);
    });
});

import { answers } from "./support/answers";
import { control } from "./support/control";
import { guestsWithin, volumesWithin } from "./support/guests";
import { gateway, program, quota, share, smallArgs, user } from "./support/program";
import { getFile, putFile, smbclient } from "./support/smb-client";
import type { Result, Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/** Ways out of a gateway that is protected, or that does not run. Each test goes on where the one before it ended. */

const vmids = { from: 5450, to: 5459 };
const host = "10.86.0.119";
const guest = { node: "pve1", vmid: 5450 };
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };

let place: Workplace;
let stack: Stack;
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const at = (name: string) => ({ host, share: name });
const kinds = async (): Promise<(string | undefined)[]> => (await stack.resources()).map(({ type }) => type.split(":").at(-1)).sort();
const said = ({ diagnostics }: Result, name: string): string =>
    diagnostics
        .filter(({ urn }) => urn?.endsWith(`::${name}`))
        .map(({ message }) => message.trim())
        .join("\n");
const stop = async (): Promise<void> => {
    await control("run", "POST", `/nodes/pve1/lxc/${guest.vmid}/status/stop`);
};

const args = { ...smallArgs(host, vmids), vmid: guest.vmid, dataOnDelete: "refuse" } as const;
const parts = {
    files: gateway("files", args),
    alice: user("files", alice),
    bob: user("files", bob),
    crew: 'new pvesmb.SmbGroup("crew", { gateway: files, members: [bob.name] });',
    docs: share("files", "docs", { alice: "full" }, { onDelete: "delete" }),
    vault: share("files", "vault", { alice: "full" }, { volume: { storage: "tank", initialSize: "64MiB" } }),
    limit: quota("vault", "limit", { limit: "96MiB" }),
};
const everything = ["Quota", "SmbGateway", "SmbGroup", "SmbShare", "SmbShare", "SmbUser", "SmbUser"];

function change(changes: Partial<typeof parts>): void {
    Object.assign(parts, changes);
    stack.write(program(...Object.values(parts)));
}

async function allServed(): Promise<void> {
    for (const name of ["docs", "vault"]) expect(await getFile(within, at(name), alice, "note.txt")).toBe("still here\n");
    expect((await smbclient(within, at("docs"), bob, "ls")).output).toContain("NT_STATUS_ACCESS_DENIED");
}

beforeAll(async () => {
    place = await workplace(vmids, ["--feature", "share-volume"]);
    stack = await place.stack(program(...Object.values(parts)));
});
afterAll(() => place?.dispose());

test("when it is made, a gateway with data says how it can be deleted", async () => {
    expect(said(await stack.preview(), "files")).toContain('first set `dataOnDelete: "destroy"` and run `pulumi up`');
    await stack.up();
    for (const name of ["docs", "vault"]) await putFile(within, at(name), alice, "note.txt", "still here\n");
    expect((await stack.preview()).output).not.toContain("dataOnDelete");
});

test("who unprotects it as the engine says loses nothing before pvesmb refuses, and up puts the state back", async () => {
    const { output } = await stack.destroy({ preview: true, fails: true });
    const [, command = ""] = /`pulumi (state unprotect '[^']+')/.exec(output) ?? [];
    expect(command).toContain("SmbGateway::files");
    await stack.pulumi([...command.replaceAll("'", "").split(" "), "--yes"]);
    const refused = await stack.destroy({ fails: true });
    expect(said(refused, "files")).toMatch(
        /dataOnDelete: the gateway CT 5450 holds data .*set `dataOnDelete: "destroy"` and run `pulumi up`/s,
    );
    await allServed();
    await stack.up();
    expect(await kinds()).toEqual(everything);
    await allServed();
});

describe("while it is stopped", () => {
    test("what is taken out of the program waits for it, and the advice works", async () => {
        await stop();
        change({ crew: "" });
        const refused = await stack.up({ fails: true });
        expect(said(refused, "crew")).toContain("gateway CT 5450 on pve1 is stopped; `pulumi up --refresh` starts it again");
        await stack.up({ flags: ["--refresh"] });
        expect(await kinds()).toEqual(everything.filter((kind) => kind !== "SmbGroup"));
        await answers(guest, host);
        await allServed();
    });

    test("destroy refuses while its data must stay, and leaves it as it is", async () => {
        await stop();
        await stack.pulumi(["state", "unprotect", "--all", "--yes"]);
        expect(said(await stack.destroy({ fails: true }), "files")).toContain('set `dataOnDelete: "destroy"` and run `pulumi up`');
        await stack.up({ flags: ["--refresh"] });
        await answers(guest, host);
        await allServed();
    });

    test("destroy takes it with everything on it when its data may go", async () => {
        change({ files: gateway("files", { ...args, dataOnDelete: "destroy" }) });
        await stack.up();
        await stop();
        await stack.destroy({ preview: true });
        expect(await stack.resources()).toEqual([]);
        expect(await guestsWithin(vmids.from, vmids.to)).toEqual([]);
        expect(await volumesWithin(vmids.from, vmids.to)).toEqual([]);
    });
});

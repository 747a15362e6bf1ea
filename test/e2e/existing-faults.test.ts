import { control } from "./support/control";
import { type ExistingHost, existingArgs, makeHost, manifest, onlySsh, OWNER, OWN_SHARE, withOwnSamba } from "./support/existing-host";
import { removeGuests } from "./support/guests";
import { type Lab, labUp } from "./support/lab";
import { gateway, program, share, user } from "./support/program";
import { runDirectory } from "./support/run-directory";
import { getFile, putFile } from "./support/smb-client";
import { type Operation, Stack } from "./support/stack";
import { cutNetwork, cutSessions, inCommand, interrupt, killProvider, type Strike, type Struck } from "./support/strikes";

/**
 * Faults half-way on a host that is there already (mode `existing`). After each one the next command finishes, the host's own share is
 * served as before, and destroy leaves /etc as it was. `make soak` has all rows.
 */
const soak = process.env["PVESMB_SOAK"] === "1";
const VMID = 5720;
const alice = { user: "alice", password: "alice's long p4ssword" };
const KILLED = /EOF|transport is closing|connection refused|connection error/;
const CUT = /the connection was lost|stopped while|no longer running/;

let lab: Lab;
let host: ExistingHost;
let stack: Stack;
let struck: Struck;
let before: string;

beforeAll(async () => {
    lab = await labUp();
    await removeGuests(VMID, VMID);
    host = await makeHost(VMID, "10.86.0.183").then(withOwnSamba);
    before = await manifest(host);
    const environment = await onlySsh(host);
    stack = await Stack.create({ runDirectory: runDirectory(), program: { text: text() }, within: lab.within, environment });
    struck = {
        stack,
        guests: () => Promise.resolve([host]),
        guest: () => Promise.resolve(host),
        forgetTheDead: async () => {
            await control("idle");
        },
    };
});
afterAll(async () => {
    stack?.dispose();
    await removeGuests(VMID, VMID);
});

const text = (comment = "", more: string[] = []): string =>
    program(gateway("files", existingArgs(host)), user("files", alice), share("files", "docs", { alice: "full" }, { comment }), ...more);

interface Row {
    what: string;
    strike: Strike;
    outcome: RegExp;
    fast?: boolean;
}

/** Fails by the fault, then ends well. */
async function hit(operation: Operation, { strike, outcome }: Row): Promise<void> {
    await strike.prepare?.(struck);
    const { running } = stack.operate(operation);
    await strike.hit(struck, running);
    const { code, output } = await running.done;
    expect(output).toMatch(outcome);
    expect(code).not.toBe(0);
    await strike.repair?.(struck);
    expect(await getFile(lab.within, { host: host.address, share: OWN_SHARE }, OWNER, "old.txt")).toBe("written before\n");
    await stack[operation]();
}

const whole = async (): Promise<void> => {
    const docs = { host: host.address, share: "docs" };
    await putFile(lab.within, docs, alice, "note.txt", "still here\n");
    expect(await getFile(lab.within, docs, alice, "note.txt")).toBe("still here\n");
    await stack.refresh({ flags: ["--expect-no-changes", "--clear-pending-creates"] });
};
const gone = async (): Promise<void> => {
    expect(await stack.resources()).toEqual([]);
    expect(await manifest(host)).toBe(before);
    expect(await host.run("pdbedit -L; cat /srv/pvesmb/docs/note.txt; ls /var/lib/pvesmb /run/pvesmb 2>/dev/null || true")).toBe(
        "owner:1000:\nstill here\n",
    );
};
const rows = (...all: Row[]): [string, Row][] => all.filter(({ fast }) => soak || fast).map((row) => [row.what, row]);

test.each(
    rows(
        { what: "the provider is killed while the gateway is set up", strike: inCommand("net", killProvider), outcome: KILLED, fast: true },
        { what: "SSH is cut while the gateway is set up", strike: inCommand("net", cutSessions), outcome: CUT },
        { what: "the network is cut while packages are looked at", strike: inCommand("dpkg-query", cutNetwork), outcome: CUT },
        {
            what: "SSH is cut while Samba is told of the first share",
            strike: inCommand("smbcontrol", cutSessions),
            outcome: CUT,
            fast: true,
        },
        {
            what: "Ctrl-C twice while the configuration is tried out",
            strike: inCommand("testparm", interrupt(2)),
            outcome: /cancel|terminat|interrupt/i,
        },
    ),
)("create: %s", async (_, row) => {
    stack.write(text());
    await hit("up", row);
    await whole();
    await stack.destroy();
    await gone();
});

let round = 0;
test.each(
    rows(
        { what: "the provider is killed in a share's batch", strike: inCommand("testparm", killProvider), outcome: KILLED, fast: true },
        { what: "SSH is cut in a share's batch", strike: inCommand("testparm", cutSessions), outcome: CUT },
    ),
)("change: %s", async (_, row) => {
    if ((await stack.resources()).length === 0) await stack.up();
    stack.write(text(`round ${++round}`));
    await hit("up", row);
    await whole();
    expect(await host.run("cat /etc/samba/pvesmb/shares.conf")).toContain(`comment = round ${round}\n`);
});

test.each(
    rows(
        { what: "the provider is killed while Samba is told", strike: inCommand("smbcontrol", killProvider), outcome: KILLED, fast: true },
        { what: "SSH is cut while Samba is told", strike: inCommand("smbcontrol", cutSessions), outcome: CUT },
    ),
)("destroy: %s", async (_, row) => {
    stack.write(text());
    await stack.up();
    await whole();
    await hit("destroy", row);
    await gone();
});

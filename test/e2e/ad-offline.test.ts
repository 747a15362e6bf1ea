import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { domain, replicated, resetDomain, startDomain } from "../lab/src/ad/domain";
import type { DomainController } from "../lab/src/ad/domain";
import { DomainClient } from "./support/domain-client";
import { inGuest } from "./support/guests";
import type { Guest } from "./support/guests";
import { gateway, program, smallArgs } from "./support/program";
import { filesInGuest, ProcessWatch } from "./support/secret-hunt";
import { SoakReport } from "./support/soak-report";
import type { Stack } from "./support/stack";
import { eventually, until } from "./support/until";
import { workplace } from "./support/workplace";
import type { Workplace } from "./support/workplace";

/** A join by an account that an administrator made before: no credential comes near the gateway. */

const vmids = { from: 5780, to: 5799 };
const address = "10.86.0.98";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5780 };
const name = `files.${domain.dns}`;
const password = "Pa ss$'\"`1ö";
const head = gateway("files", { ...smallArgs(address, vmids), vmid: guest.vmid, hostname: "files" });

const soak = process.env["PVESMB_SOAK"] === "1";
const report = new SoakReport("ad-failover", "A domain controller fails", ["what", "s until somebody new gets in by NTLM"]);

let place: Workplace;
let stack: Stack;
let dc1: DomainController;
let dc2: DomainController;
let alice: DomainClient;
const started: DomainController[] = [];

/** As an administrator makes it, with Samba's own tool on the first controller; it stays there in a file of root's. */
async function provision(computer: string): Promise<string> {
    const wish = ["provision", `domain=${domain.dns}`, `machine_name=${computer}`, "savefile=/root/blob", "reuse"];
    await dc1.run(
        ["sh", "-c", `umask 077; rm -f /root/blob; cat > /root/login && exec net offlinejoin "$@" -A /root/login`, "sh", ...wish],
        {
            input: `username = Administrator\npassword = ${domain.administrator.password}\ndomain = ${domain.workgroup}\n`,
        },
    );
    return (await dc1.run(["base64", "-w0", "/root/blob"])).trim();
}
/** The file, with its byte order mark and all, at the workstation. */
async function blobFor(computer: string): Promise<{ file: string; needles: { blob: string } }> {
    const bytes = Buffer.from(await provision(computer), "base64");
    // The gateway may ask either controller.
    await replicated({ dc1, dc2 });
    const file = join(stack.directory, `${computer}.blob`);
    writeFileSync(file, bytes);
    chmodSync(file, 0o600);
    const bare = bytes.toString("utf16le").replace(/[\uFEFF\0\s]/g, "");
    return { file, needles: { blob: bare.slice(600, 700) } };
}
const joining = (offlineJoin: Record<string, unknown>, more: Record<string, unknown> = {}): void =>
    stack.write(
        program(
            head,
            `const ad = new pvesmb.AdDomain("ad", { gateway: files, ...${JSON.stringify({ domain: domain.dns, offlineJoin, ...more })} });`,
            "export const sid = ad.accountSid;",
        ),
    );

beforeAll(async () => {
    place = await workplace(vmids);
    await resetDomain();
    const [controllers, made] = await Promise.all([
        startDomain(),
        (async () => {
            const own = await place.stack(program(head));
            await own.up();
            return own;
        })(),
    ]);
    stack = made;
    ({ dc1, dc2 } = controllers);
    started.push(dc1, dc2);
    await dc1.createUsers([{ name: "alice", password }]);
    alice = new DomainClient("alice", password);
}, 600_000);
afterAll(async () => {
    alice?.dispose();
    await place?.dispose();
    await Promise.all(started.map((controller) => controller.stop({ powerOff: true })));
});

test("a blob of another computer is refused, and nothing is touched", async () => {
    const { file } = await blobFor("other");
    joining({ blobFrom: { file } });
    const { output } = await stack.up({ fails: true });
    expect(output).toContain(`offlineJoin: the blob is not for the computer FILES in ${domain.dns} (there is no FILES in it)`);
    expect(await inGuest(guest, "ls /etc/samba/pvesmb/domain.json /etc/krb5.conf 2>/dev/null; true")).toBe("");
});

test("a blob joins, without a credential, and is worth nothing afterwards", async () => {
    const { file, needles } = await blobFor("files");
    joining({ blobFrom: { file } });
    const watch = new ProcessWatch(needles);
    await stack.up();
    expect(watch.stop()).toEqual([]);
    expect(await filesInGuest(guest.node, guest.vmid, needles)).toEqual([]);
    expect(JSON.stringify(await stack.exportState())).not.toContain(needles.blob);
    const account = await dc1.find("FILES$");
    expect(account?.attributes["msds-supportedencryptiontypes"]).toEqual(["24"]);
    expect(await stack.outputs()).toEqual({ sid: account?.sid });
    expect(await inGuest(guest, "net ads testjoin && wbinfo -t && ls -d /run/pvesmb/ad-* 2>/dev/null; true")).toMatch(
        /Join is OK[^]*succeeded\n$/,
    );
    expect(await alice.login()).toMatchObject({ code: 0 });
    await until("a user of the domain gets in by name", async () => (await alice.kerberos(name, "IPC$", "exit")).trim() === "");
    const { steps } = await stack.settled();
    expect(steps.filter(({ op }) => op !== "same" && op !== "refresh")).toEqual([]);
});

test("restored from before winbind changed its password, it is found out; the old blob does not join it, a new one does", async () => {
    const secrets = "/var/lib/samba/private/secrets.tdb";
    await inGuest(guest, `cp -p ${secrets} /root/secrets.tdb && wbinfo --change-secret && wbinfo --change-secret && wbinfo -t`);
    const fine = await stack.settled();
    expect(fine.steps.filter(({ op }) => op !== "same" && op !== "refresh")).toEqual([]);
    await inGuest(guest, `systemctl stop smbd winbind; mv /root/secrets.tdb ${secrets}; systemctl start smbd winbind`);
    const { output } = await stack.up({ fails: true, flags: ["--refresh", "--diff"] });
    expect(output).toMatch(/membership: .*restored from an old backup/);
    expect(output).toMatch(/offlineJoin: the domain does not take the blob's password: it joins once only/);
    const { file } = await blobFor("files");
    joining({ blobFrom: { file } });
    await stack.up();
    expect(await inGuest(guest, "net ads testjoin && wbinfo -t")).toMatch(/Join is OK[^]*succeeded/);
});

if (soak)
    test("the controller in use is stopped, then its packets are lost: somebody new gets in by NTLM within 90 s", async () => {
        // The second one is hardened otherwise, and would take no NTLM.
        await dc2.run([
            "sh",
            "-c",
            "sed -i 's/ntlm auth = disabled/ntlm auth = ntlmv2-only/' /etc/samba/smb.conf && systemctl restart samba-ad-dc",
        ]);
        const users = ["first", "second"].map((each) => new DomainClient(each, password));
        try {
            await dc1.createUsers(["first", "second"].map((each) => ({ name: each, password })));
            await until("both controllers have the users", async () => (await dc2.find("second")) !== undefined, 60);
            for (const [index, fault] of (["stopped", "silent"] as const).entries()) {
                const used = (await inGuest(guest, "wbinfo --ping-dc")).includes('"dc1.') ? dc1 : dc2;
                await (fault === "stopped" ? used.stop({ powerOff: true }) : used.disturb({ packets: "dropped" }));
                const since = Date.now();
                // Nobody's groups are in winbind's cache.
                await until("somebody new gets in", async () => (await users[index]?.ntlm(address, "IPC$", "exit"))?.trim() === "", 90);
                report.row(`${used.name}, in use, is ${fault}`, ((Date.now() - since) / 1000).toFixed(1));
                await (fault === "stopped" ? used.start() : used.disturb({ packets: "passed" }));
                await until(
                    "the domain is there again",
                    async () => (await inGuest(guest, "wbinfo --ping-dc").catch(() => "")) !== "",
                    120,
                );
            }
        } finally {
            for (const user of users) user.dispose();
        }
    }, 600_000);

test("deleted without a credential, it leaves the account, and says so; its address goes", async () => {
    const addresses = async (): Promise<string[]> =>
        (await dc1.dnsRecords("files")).flatMap(({ type, value }) => (type === "A" ? [value] : []));
    await eventually(async () => expect(await addresses()).toEqual([address]));
    const { output } = await stack.destroy();
    expect(output).toMatch(/CN=files,CN=Computers,.* stays in the domain: there is neither `leave.credential` nor `credential`/);
    expect((await dc1.computers()).sort()).toEqual(["files", "other"]);
    await eventually(async () => expect(await addresses()).toEqual([]));
});

import { readFileSync } from "node:fs";
import { domain, replicated, resetDomain, startDomain } from "../lab/src/ad/domain";
import type { DnsRecord, DomainController } from "../lab/src/ad/domain";
import { adCommand } from "./support/ad-command";
import { DomainClient } from "./support/domain-client";
import { inGuest } from "./support/guests";
import type { Guest } from "./support/guests";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { filesInGuest, ProcessWatch } from "./support/secret-hunt";
import { smbclient } from "./support/smb-client";
import type { Stack } from "./support/stack";
import { eventually, until } from "./support/until";
import { workplace } from "./support/workplace";
import type { Workplace } from "./support/workplace";

/** A gateway as a member of the lab's domain, through the real CLI. */

const vmids = { from: 5760, to: 5779 };
const address = "10.86.0.95";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5760 };
const name = `files.${domain.dns}`;
const password = "Pa ss$'\"`1ö";
const joiner = { user: "joiner", password };
const administrator = { user: "Administrator", password: domain.administrator.password };
/** What must never be seen of the password, nor stay anywhere. */
const needles = { password };
const local = { user: "carol", password: "carol's long p4ssword" };
const files = gateway("files", { ...smallArgs(address, vmids), vmid: guest.vmid, hostname: "files" });
const people = [user("files", local), share("files", "docs", { carol: "full" })];

let place: Workplace;
let stack: Stack;
let dc1: DomainController;
let dc2: DomainController;
let ou: string;
let alice: DomainClient;
/** Has access to the share and is in no group that may log in. */
let plain: DomainClient;
/** An administrator with tickets. */
let holder: DomainClient;
/** Empty when beforeAll failed before they ran. */
const started: DomainController[] = [];

const joining = (more: Record<string, unknown> = {}): string =>
    `const ad = new pvesmb.AdDomain("ad", { gateway: files, ...${JSON.stringify({
        domain: domain.dns,
        credential: joiner,
        ou,
        allowedGroups: [`${domain.workgroup}\\File Users`],
        ...more,
    })} });`;
const up = (more?: Record<string, unknown>, options = {}) => (
    stack.write(
        program(
            files,
            ...people,
            joining(more),
            "export const unc = ad.unc; export const sid = ad.accountSid; export const docsUnc = [docs.unc, docs.uncByAddress];",
        ),
    ),
    stack.up(options)
);
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
/** With the gateway's name before the user's, as a member wants it of its own users. */
const localLogin = async (): Promise<string> =>
    /NT_STATUS_\w+/.exec(
        (await smbclient(within, { host: address, share: "docs" }, local, "ls", ["-W", "FILES", "-t", "20"])).output,
    )?.[0] ?? "fine";
const records = async (): Promise<DnsRecord[]> => (await Promise.all([dc1, dc2].map((dc) => dc.dnsRecords("files")))).flat();
/** The gateway may talk to either controller, and what it does there comes to the other one by replication. */
const computersBecome = (names: string[]): Promise<void> => eventually(async () => expect(await dc1.computers()).toEqual(names));
const accountIsAt = (dn: string): Promise<void> => eventually(async () => expect((await dc1.find("FILES$"))?.dn).toBe(dn));
const addresses = async (): Promise<string[]> => (await records()).flatMap(({ type, value }) => (type === "A" ? [value] : []));

/** The nameservers of the gateway, as an administrator of its node might have set them; to be put back. */
const nameservers = (...servers: string[]): Promise<string> =>
    inGuest(guest, `printf '${servers.map((server) => `nameserver ${server}\\n`).join("")}' > /etc/resolv.conf`);
/** A failed `up`, which changed nothing in the domain or on the gateway. */
const refused = async (more: Record<string, unknown>): Promise<string> => {
    const { output } = await up(more, { fails: true });
    expect([await dc1.computers(), await inGuest(guest, "ls /etc/samba/pvesmb/domain.json /etc/krb5.conf 2>/dev/null; true")]).toEqual([
        [],
        "",
    ]);
    return output;
};

beforeAll(async () => {
    place = await workplace(vmids);
    await resetDomain();
    const [controllers, made] = await Promise.all([
        startDomain(),
        (async () => {
            const own = await place.stack(program(files, ...people));
            await own.up();
            return own;
        })(),
    ]);
    stack = made;
    ({ dc1, dc2 } = controllers);
    started.push(dc1, dc2);
    ou = await dc1.createOu("Gateways");
    await dc1.createUsers([
        { name: "joiner", password, ou },
        { name: "plain", password },
        { name: "expired", password, ou },
        { name: "alice", password },
    ]);
    const inner = await dc1.createGroup({ name: "R&D Söhne", members: [(await dc1.find("alice"))?.dn ?? ""] });
    await dc1.createGroup({ name: "File Users", members: [inner] });
    for (const each of ["joiner", "expired"]) await dc1.delegateComputers(ou, (await dc1.find(each))?.sid ?? "");
    await dc1.expirePassword((await dc1.find("expired"))?.dn ?? "");
    await replicated(controllers);
    alice = new DomainClient("alice", password);
    plain = new DomainClient("plain", password);
    holder = new DomainClient(administrator.user, administrator.password);
});
afterAll(async () => {
    alice?.dispose();
    plain?.dispose();
    holder?.dispose();
    await place?.dispose();
    await Promise.all(started.map((controller) => controller.stop({ powerOff: true })));
});

describe("before anything is touched", () => {
    test("all that is wrong is told at once", async () => {
        // Another nameserver than the domain's, where nobody answers.
        await nameservers("10.86.0.1", "10.86.0.95");
        const told = await refused({
            computerName: "DC1",
            ou: `OU=Nowhere,${domain.base}`,
            idRange: "5000-70000",
            allowedGroups: [`${domain.workgroup}\\No One`, "OTHER\\Some"],
        });
        await nameservers("10.86.0.1");
        for (const words of [
            "network.nameservers: the nameserver 10.86.0.95 does not answer",
            "idRange: 5000-70000 holds 10000-59999: local users",
            "idRange: 5000-70000 overlaps 3000-7999",
            "idRange: 5000-70000 needs ids up to 70000 and the container has 65536",
            "`root:165536:65536`",
            "computerName: dc1.ad.lab.test has the address 10.86.0.31 in DNS",
            "computerName: the domain has a computer account DC1 already (CN=DC1,OU=Domain Controllers,DC=ad,DC=lab,DC=test)",
            "ou: OU=Nowhere,DC=ad,DC=lab,DC=test is not there",
            `allowedGroups[0]: there is no group ${domain.workgroup}\\No One in the domain`,
            "allowedGroups[1]: OTHER\\Some is of the domain OTHER; only groups of the gateway's own, LABAD, can be allowed",
        ])
            expect(told).toContain(words);
    });

    test("the command tells the same, and never joins", async () => {
        expect(await adCommand(stack, ["status", "--gateway", "files"])).toMatchObject({ code: 1, report: { member: false } });
        const asked = ["test", "--gateway", "files", "--domain", domain.dns, "--ou", ou, "--user"];
        const free = await adCommand(stack, [...asked, "joiner", "--password-file", "-"], `${password}\n`);
        expect(free).toMatchObject({
            code: 0,
            report: { workgroup: domain.workgroup, computerName: "FILES", idRange: "60000-65533", loggedIn: true, findings: [] },
        });
        const denied = await adCommand(stack, [...asked, "plain", "--password-file", "-"], `${password}\n`);
        expect(denied).toMatchObject({ code: 1, report: { findings: [{ code: "denied", property: "credential.user" }] } });
        expect(await dc1.computers()).toEqual([]);
    });

    test.each<[string, Record<string, unknown>, string]>([
        [
            "a wrong password",
            { credential: { ...joiner, password: "wrong enough" } },
            "joiner cannot log in: the domain does not take this user and password",
        ],
        [
            "an expired password",
            { credential: { user: "expired", password } },
            "expired cannot log in: the password has expired or must be changed first",
        ],
        [
            "an account without rights",
            { credential: { user: "plain", password } },
            "plain may not create computer objects in OU=Gateways,DC=ad,DC=lab,DC=test",
        ],
        ["another workgroup than the domain's", { workgroup: "OTHER" }, "calls the domain LABAD, not OTHER; leave workgroup out"],
    ])("%s", async (_, more, words) => {
        expect(await refused(more)).toContain(words);
    });
});

test("a gateway joins by password; users of the domain and of the gateway log in", async () => {
    expect(await localLogin()).toBe("fine");
    const watch = new ProcessWatch(needles);
    await up();
    expect(watch.stop()).toEqual([]);
    expect(watch.looked).toBeGreaterThan(100);
    expect(await filesInGuest(guest.node, guest.vmid, needles)).toEqual([]);
    await computersBecome(["FILES"]);
    const account = await eventually(async () => {
        const found = await dc1.find("FILES$");
        expect(found?.attributes["msds-supportedencryptiontypes"]).toEqual(["24"]);
        return found;
    });
    expect(account?.dn).toBe(`CN=FILES,${ou}`);
    expect(await stack.outputs()).toMatchObject({ unc: `\\\\${name}`, sid: account?.sid });
    // The workstation's nameserver keeps what it is told, also that there is no such name.
    await until(
        "the gateway's address is known to both controllers",
        async () => (await addresses()).filter((each) => each === address).length === 2,
    );
    // By what an administrator adds by hand.
    await inGuest(
        guest,
        `mkdir -p /srv/pvesmb/open && chmod 777 /srv/pvesmb/open
printf '[open]\\npath = /srv/pvesmb/open\\nread only = no\\nvalid users = "%s", "%s"\\n' '${domain.workgroup}\\alice' '${domain.workgroup}\\plain' > /etc/samba/pvesmb/local.conf
smbcontrol smbd reload-config`,
    );
    expect(await alice.login()).toMatchObject({ code: 0 });
    await until("the name is known to the workstation", async () => (await alice.kerberos(name, "open", "ls")).includes("blocks of size"));
    expect(await alice.ntlm(address, "open", "mkdir made")).not.toContain("NT_STATUS");
    expect(await inGuest(guest, "stat -c %U /srv/pvesmb/open/made")).toBe(`${domain.workgroup}\\alice\n`);
    expect(await alice.tickets()).toMatch(new RegExp(`cifs/${name}@[^]*aes256-cts`));
    expect(await localLogin()).toBe("fine");
    // The share lets this one in, `allowedGroups` does not; alice is in a group within the one that it names.
    expect(await plain.login()).toMatchObject({ code: 0 });
    expect([await plain.kerberos(name, "open", "ls"), await plain.ntlm(address, "open", "ls")]).toEqual([
        expect.stringContaining("NT_STATUS_LOGON_FAILURE"),
        expect.stringContaining("NT_STATUS_LOGON_FAILURE"),
    ]);
});

test("the command shows the membership, and who somebody is", async () => {
    expect(await adCommand(stack, ["status", "--gateway", "5760"])).toMatchObject({
        code: 0,
        report: { member: true, dnsName: name, addresses: [address], account: { dn: `CN=FILES,${ou}` }, faults: [] },
    });
    const { code, report } = await adCommand(stack, ["find", "alice", "--gateway", "files"]);
    expect([code, report["sid"], (report["groups"] as { name: string }[]).map((group) => group.name.toLowerCase()).sort()]).toEqual([
        0,
        (await dc1.find("alice"))?.sid,
        expect.arrayContaining([`${domain.workgroup}\\file users`, `${domain.workgroup}\\r&d söhne`].map((each) => each.toLowerCase())),
    ]);
    expect(await adCommand(stack, ["find", "alicia", "--gateway", "files"])).toMatchObject({
        code: 1,
        report: { found: false, near: [`${domain.workgroup}\\alice`] },
    });
});

test("nothing is left to do, and a run changes nothing; an older share has the gateway's name from the first refresh on", async () => {
    await stack.refresh();
    await stack.settled();
});

test("who deletes the account in the domain is found out, and the next run joins again", async () => {
    await dc1.run(["samba-tool", "computer", "delete", "FILES"]);
    await until("the other controller knows", async () => (await dc2.find("FILES$")) === undefined);
    await until("its address is gone on both controllers", async () => (await addresses()).length === 0);
    await stack.refresh();
    const [ad] = (await stack.resources()).filter(({ type }) => type.endsWith("AdDomain"));
    expect(ad?.inputs?.["drift"]).toEqual([
        "membership: the computer account was deleted in the domain; `pulumi up` joins again with `credential`",
        // samba-tool removes the record, too, which keeps its owner: the new account may not make it again, an administrator may.
        `dns: ${address} is not registered`,
    ]);
    expect((await up({ credential: administrator })).output).toContain("does not let the computer account register");
    await accountIsAt(`CN=FILES,${ou}`);
    await until("alice gets in again", async () =>
        (await alice.login(), await alice.kerberos(name, "open", "ls")).includes("blocks of size"),
    );
});

test("files of the membership that were changed by hand come back, and winbind is started", async () => {
    await inGuest(
        guest,
        "sed -i 's/ winbind//' /etc/nsswitch.conf; rm /etc/krb5.conf /etc/pam.d/samba /etc/systemd/system/winbind.service.d/pvesmb.conf; echo >> /etc/samba/pvesmb/allowed.json; sed -i 's/LABAD : range = .*/LABAD : range = 62000-65000/' '/etc/samba/pvesmb/shares.d/!domain.conf'; systemctl disable --now winbind pvesmb-domain-dns.timer",
    );
    await stack.refresh();
    const [ad] = (await stack.resources()).filter(({ type }) => type.endsWith("AdDomain"));
    const drift = (ad?.inputs?.["drift"] as string[]).join("\n");
    for (const words of [
        "/etc/nsswitch.conf: passwd and group without winbind",
        "/etc/krb5.conf: missing",
        "allowedGroups: /etc/pam.d/samba: missing",
        "allowedGroups: /etc/samba/pvesmb/allowed.json: ",
        "/etc/systemd/system/winbind.service.d/pvesmb.conf: missing",
        "62000-65000 instead of 60000-65533",
        "pvesmb-domain-dns.timer is not active",
        "winbindd does not work",
    ])
        expect(drift).toContain(words);
    await up({ credential: administrator });
    await stack.refresh({ flags: ["--expect-no-changes"] });
    await eventually(async () =>
        expect(await inGuest(guest, "getent passwd 'LABAD\\alice' | cut -d: -f1")).toBe(`${domain.workgroup}\\alice\n`),
    );
});

test("who moves the account to another unit is found out; a changed password of the joiner changes nothing", async () => {
    const other = await dc1.createOu("Servers");
    await dc1.run(["samba-tool", "computer", "move", "FILES", other]);
    await until("the other controller knows it", async () => (await dc2.find("FILES$"))?.dn === `CN=FILES,${other}`);
    await stack.refresh();
    expect((await up({ credential: administrator }, { fails: true })).output).toContain(
        `ou: the account is in ${other}, and pvesmb moves none`,
    );
    const before = await dc1.find("FILES$");
    await up({ ou: other, credential: { user: "Administrator", password: "no longer the right one" } });
    expect((await dc1.find("FILES$"))?.attributes["pwdlastset"]).toEqual(before?.attributes["pwdlastset"]);
});

test("a further name is served by Kerberos, and goes when it is given up", async () => {
    const archive = `archive.${domain.dns}`;
    const spn = async (): Promise<string[]> => (await dc1.find("FILES$"))?.attributes["serviceprincipalname"] ?? [];
    const moved = { ou: `OU=Servers,${domain.base}`, credential: administrator };
    await up({ ...moved, dnsNames: [archive], servers: [`dc1.${domain.dns}`] });
    await eventually(async () => expect(await spn()).toContain(`HOST/${archive}`));
    await until("both controllers know it", async () =>
        (await Promise.all([dc1, dc2].map((dc) => dc.dnsRecords("archive")))).every((found) => found.length > 0),
    );
    await until("the further name is served", async () => (await alice.kerberos(archive, "open", "ls")).includes("blocks of size"));
    await stack.refresh({ flags: ["--expect-no-changes"] });
    await up({ ...moved, allowedGroups: undefined });
    expect(await plain.ntlm(address, "open", "ls")).toContain("blocks of size");
    expect(await stack.outputs()).toMatchObject({ docsUnc: [`\\\\${name}\\docs`, `\\\\${address}\\docs`] });
    await eventually(async () => expect(await spn()).not.toContain(`HOST/${archive}`));
    await until(
        "its record is gone",
        async () => (await Promise.all([dc1, dc2].map((dc) => dc.dnsRecords("archive")))).flat().length === 0,
    );
});

test("while the domain does not answer, one warning says so and local users go on", async () => {
    await Promise.all([dc1, dc2].map((dc) => dc.disturb({ packets: "dropped" })));
    try {
        const { diagnostics } = await stack.refresh({ flags: ["--expect-no-changes"] });
        expect(diagnostics.filter(({ message }) => message.includes(`${domain.dns} does not answer`))).toHaveLength(1);
        expect(await localLogin()).toBe("fine");
    } finally {
        await Promise.all([dc1, dc2].map((dc) => dc.disturb({ packets: "passed" })));
    }
    await until("winbind is back", async () => (await inGuest(guest, "wbinfo -t 2>&1; true")).includes("succeeded"));
    // Samba's tools ask nobody for a minute who did not answer (NEG_CONN_CACHE).
    await until("net asks again", async () => (await inGuest(guest, "net ads testjoin 2>&1; true")).includes("Join is OK"), 300);
    await stack.refresh({ flags: ["--expect-no-changes"] });
});

test("started while nobody answers for the domain, smbd lets local users in at once, and the domain is back by itself", async () => {
    await Promise.all([dc1, dc2].map((dc) => dc.stop()));
    // Of a start of the container; gencache.tdb is in /run.
    const began = Date.now();
    await inGuest(guest, "systemctl stop smbd winbind; rm -rf /run/samba/*; systemctl start winbind smbd");
    expect(await localLogin()).toBe("fine");
    // Otherwise smbd does not start for minutes (docs/active-directory.md).
    expect(Date.now() - began).toBeLessThan(60_000);
    await startDomain();
    await until("winbind is back", async () => (await inGuest(guest, "wbinfo -t 2>&1; true")).includes("succeeded"));
    await until("users of the domain are back", async () => (await alice.ntlm(address, "open", "ls")).includes("blocks of size"));
    expect(await inGuest(guest, "ls /run/pvesmb-domain-away.conf 2>/dev/null; true")).toBe("");
});

test("deleted, it leaves no account and no address, and local users work", async () => {
    stack.write(program(files, ...people));
    await stack.up();
    await computersBecome([]);
    await until("the address is gone on both controllers", async () => (await addresses()).length === 0);
    expect(await localLogin()).toBe("fine");
    expect(
        await inGuest(
            guest,
            "testparm -s 2>/dev/null | grep -E '^.(realm|security|server role|idmap config LABAD)'; ls /etc/krb5.conf 2>&1; true",
        ),
    ).toBe("\tserver role = standalone server\nls: cannot access '/etc/krb5.conf': No such file or directory\n");
    expect(
        await inGuest(
            guest,
            "head -1 /etc/pam.d/samba; ls /usr/local/lib/pvesmb /etc/systemd/system/winbind.service.d 2>/dev/null | grep domain; true",
        ),
    ).toBe("@include common-auth\n");
    expect(await inGuest(guest, "tdbdump /var/lib/samba/private/secrets.tdb | grep -E '^key.*(LABAD|AD.LAB)'; true")).toBe("");
    await stack.refresh();
    await stack.refresh({ flags: ["--expect-no-changes"] });
});

test("a provider killed once the account exists, and again once the gateway is a member: the next run finishes, and destroy leaves nothing", async () => {
    // By tickets, from the join to the leave.
    expect(await holder.login()).toMatchObject({ code: 0 });
    const credential = { user: administrator.user, ticketsFrom: { file: holder.cache } };
    stack.write(program(files, ...people, joining({ credential })));
    const entries = (): Promise<string> => inGuest(guest, "ls /var/lib/pvesmb/domain-dns.d 2>/dev/null; true");
    for (const [what, there] of [
        ["the account is there", async () => (await dc1.find("FILES$")) !== undefined],
        // Written once the batch that makes it one has committed.
        ["the gateway is a member", async () => (await inGuest(guest, "ls /var/lib/pvesmb/domain/served 2>/dev/null; true")) !== ""],
    ] as const) {
        const { running } = stack.operate("up");
        await until(what, there);
        for (const pid of stack.providers()) process.kill(pid, "SIGKILL");
        expect((await running.done).code).not.toBe(0);
    }
    const former = await entries();
    expect(former).toMatch(/^\w+\.json\n$/);
    await up({ credential });
    expect([(await entries()).split("\n").length, await entries()]).toEqual([2, expect.not.stringContaining(former) as string]);
    // The share gets the gateway's name.
    await stack.refresh({ flags: ["--clear-pending-creates"] });
    await stack.refresh({ flags: ["--expect-no-changes"] });
    await computersBecome(["FILES"]);
    expect(await filesInGuest(guest.node, guest.vmid, { tickets: readFileSync(holder.cache).toString("base64").slice(0, 64) })).toEqual([]);
    expect(await inGuest(guest, "ls -d /run/pvesmb/ad-* 2>/dev/null; true")).toBe("");
    await stack.destroy();
    await computersBecome([]);
    await until("the address is gone on both controllers", async () => (await addresses()).length === 0);
});

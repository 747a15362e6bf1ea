import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { domain, resetDomain, startDomain } from "../lab/src/ad/domain";
import type { DomainController } from "../lab/src/ad/domain";
import { runAtWorkstation } from "../lab/src/client";
import type { RunResult } from "../lab/src/client";
import { type Guest, inGuest } from "./support/guests";
import { gateway, program, smallArgs, user } from "./support/program";
import { smbclient } from "./support/smb-client";
import { runDirectory } from "./support/run-directory";
import type { Stack } from "./support/stack";
import { until } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";

/** Accounts of a domain wherever a program names one, on a gateway that is joined by hand: what counts is what its winbind says. */

const vmids = { from: 5680, to: 5699 };
const host = "10.86.0.99";
const fqdn = `files.${domain.dns}`;
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5680 };
const password = "Pa ss$'\"`1ö";
const carol = { user: "carol", password: "carol's long p4ssword" };
/** In a group within the group that has access. */
const zoe = "Zoë O'Neil R&D";
const team = "Docs O'Team & Söhne";

let place: Workplace;
let stack: Stack;
let dc: DomainController | undefined;
let folder = "";
const sids: Record<string, string> = {};

const head = [gateway("files", { ...smallArgs(host, vmids), vmid: guest.vmid, hostname: "files" }), user("files", carol)];
const share = (name: string, args: string): string =>
    `new pvesmb.SmbShare("${name}", { gateway: files, ${args} }, { dependsOn: [carol] });`;
/** As a program writes it. */
const of = (name: string): string => JSON.stringify(`${domain.workgroup}\\${name}`);
const write = (...lines: string[]): void => stack.write(program(...head, ...lines));
const up = (...lines: string[]) => (write(...lines), stack.up());

/** At the workstation, with a krb5.conf, a smb.conf and a ticket cache of the test's own. */
const client = (argv: string[], input?: string): Promise<RunResult> =>
    runAtWorkstation(["env", `KRB5_CONFIG=${folder}/krb5.conf`, `KRB5CCNAME=FILE:${folder}/cache`, ...argv], { input });
const status = ({ stdout, stderr }: RunResult): string => /NT_STATUS_\w+|blocks of size/.exec(stdout + stderr)?.[0] ?? stdout + stderr;

/** By name, with a ticket. */
async function kerberos(name: string, to: string, commands = "ls"): Promise<string> {
    const ticket = await client(["kinit", `${name}@${domain.realm}`], `${password}\n`);
    if (ticket.code !== 0) throw new Error(`no ticket for ${name}: ${ticket.stderr}`);
    const argv = ["smbclient", `//${fqdn}/${to}`, "-I", host, "-s", `${folder}/smb.conf`, "--use-kerberos=required"];
    return status(await client([...argv, `--use-krb5-ccache=${folder}/cache`, "-c", commands]));
}

const login = (name: string): string => {
    const file = join(folder, "login");
    writeFileSync(file, `username = ${name}\npassword = ${password}\ndomain = ${domain.workgroup}\n`, { mode: 0o600 });
    return file;
};

/** By address, with a password. */
const ntlm = async (name: string, to: string, commands = "ls"): Promise<string> =>
    status(
        await client(["smbclient", `//${host}/${to}`, "-s", `${folder}/smb.conf`, "--use-kerberos=off", "-A", login(name), "-c", commands]),
    );

const local = async (to: string, commands = "ls"): Promise<string> => {
    const { output } = await smbclient((argv) => place.lab.within(argv), { host, share: to }, carol, commands);
    return /NT_STATUS_\w+|blocks of size/.exec(output)?.[0] ?? output;
};

/** What an administrator does by hand. */
async function joinByHand(): Promise<void> {
    const lines = [
        "[global]",
        `workgroup = ${domain.workgroup}`,
        `realm = ${domain.realm}`,
        "server role = member server",
        "security = ads",
        "kerberos method = secrets only",
        "idmap config * : backend = tdb",
        "idmap config * : range = 3000-7999",
        `idmap config ${domain.workgroup} : backend = rid`,
        `idmap config ${domain.workgroup} : range = 60000-64999`,
    ];
    // Where a part of [global] of its own stands: net reads no further than the first share.
    const config = `part='/etc/samba/pvesmb/shares.d/!domain.conf'\ncat > $part <<'END'\n${lines.join("\n")}\nEND\ncat $part > /etc/samba/pvesmb/shares.conf\n`;
    await inGuest(
        guest,
        `export DEBIAN_FRONTEND=noninteractive; apt-get -qq update && apt-get -qq -y install --no-install-recommends winbind libnss-winbind >/dev/null 2>&1
        ${config}printf '%s\\n' '${domain.administrator.password}' | net ads join -U Administrator --no-dns-updates dnshostname=${fqdn} >/dev/null
        sed -i 's/^\\(passwd\\|group\\):.*/& winbind/' /etc/nsswitch.conf
        systemctl restart winbind smbd && net ads testjoin`,
    );
    await until("winbind knows the domain", async () => {
        const asked = await inGuest(guest, `wbinfo -t >/dev/null && wbinfo --name-to-sid='${domain.workgroup}\\Finance' || true`);
        return asked.includes(sids["Finance"] ?? "no SID");
    });
}

beforeAll(async () => {
    place = await workplace(vmids);
    await resetDomain();
    folder = mkdtempSync(join(runDirectory(), "ad-"));
    writeFileSync(join(folder, "krb5.conf"), `[libdefaults]\ndefault_realm = ${domain.realm}\nrdns = false\ndns_lookup_kdc = true\n`);
    writeFileSync(join(folder, "smb.conf"), `[global]\nworkgroup = ${domain.workgroup}\nrealm = ${domain.realm}\n`);
    stack = await place.stack(program(...head));
    const [, controllers] = await Promise.all([stack.up(), startDomain(["dc1"])]);
    dc = controllers.dc1;
    const [alice, bob, odd] = await dc.createUsers([
        { name: "alice", password },
        { name: "bob", password, upn: "b.bauer@corp.example" },
        { name: zoe, password },
        // Of a local user's name.
        { name: "carol", password },
    ]);
    const [inner] = await dc.createGroups([{ name: "Inner", members: [odd ?? ""] }]);
    await dc.createGroups([
        { name: team, members: [inner ?? "", alice ?? ""] },
        { name: "Finance", members: [bob ?? ""] },
    ]);
    for (const name of ["alice", "bob", zoe, team, "Finance", "Inner"]) sids[name] = (await dc.find(name))?.sid ?? "";
});
afterAll(async () => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
    await place?.dispose();
    await dc?.stop({ powerOff: true });
});

test("a gateway in no domain refuses a domain's accounts, and says what to do", async () => {
    write(share("docs", `access: [{ group: ${of(team)}, level: "full" }]`));
    const { output } = await stack.up({ fails: true });
    expect(output).toContain(`access[0].group: "${domain.workgroup}\\${team}" is an account of a domain, and`);
    expect(output).toMatch(/is a member of none \(it has no winbind\); join it with an AdDomain for this gateway/);
    expect(await inGuest(guest, "ls /srv/pvesmb /etc/samba/pvesmb/shares.d")).not.toContain("docs");
    await joinByHand();
});

test("a group of the domain lets in who is in it or in a group within, and nobody else; local users go on", async () => {
    await up(share("docs", `access: [{ group: ${of(team)}, level: "full" }, { user: "carol", level: "change" }]`));
    expect([await kerberos(zoe, "docs", "mkdir by-name; ls"), await kerberos("bob", "docs")]).toEqual([
        "blocks of size",
        "NT_STATUS_ACCESS_DENIED",
    ]);
    expect([await ntlm("alice", "docs", "mkdir by-address; ls"), await ntlm("bob", "docs")]).toEqual([
        "blocks of size",
        "NT_STATUS_ACCESS_DENIED",
    ]);
    expect([await local("docs", "mkdir local; ls"), await ntlm("carol", "docs")]).toEqual(["blocks of size", "NT_STATUS_ACCESS_DENIED"]);
    const fragment = await inGuest(guest, "cat /etc/samba/pvesmb/shares.d/docs.conf");
    expect(fragment).toContain(`valid users = ${sids[team]}, carol\n`);
    expect(await inGuest(guest, "ls /srv/pvesmb/docs")).toBe("by-address\nby-name\nlocal\n");
    await stack.settled();
});

const docs = share("docs", `access: [{ group: ${of(team)}, level: "full" }, { user: "carol", level: "change" }]`);

test("users by a login name of another suffix, SIDs, owner, group and entries of the directory's ACL", async () => {
    const fin = [
        `owner: ${of(zoe)}, group: ${JSON.stringify(sids["Inner"])}, mode: "0750"`,
        // Zoe is in the team too, and may write by the entry of her own.
        `access: [{ user: "b.bauer@corp.example", level: "change" }, { group: ${of(team).toLowerCase()}, level: "read" }, { user: ${of(zoe)}, level: "change" }]`,
        `aclEntries: [{ group: ${of("Finance")}, permissions: "rwx" }, { group: ${JSON.stringify(sids[team])}, permissions: "r-x" }]`,
    ];
    await up(docs, share("fin", fin.join(", ")));
    const [rid, gid] = [zoe, "Inner"].map((name) => 60_000 + Number(sids[name]?.split("-").at(-1)));
    expect(await inGuest(guest, "stat -c %u:%g /srv/pvesmb/fin")).toBe(`${rid}:${gid}\n`);
    expect([await ntlm("bob", "fin", "mkdir his; ls"), await ntlm("alice", "fin"), await ntlm("alice", "fin", "mkdir hers")]).toEqual([
        "blocks of size",
        "blocks of size",
        expect.stringMatching(/NT_STATUS_(ACCESS_DENIED|MEDIA_WRITE_PROTECTED)/),
    ]);
    expect(await ntlm(zoe, "fin", "mkdir zoes; ls")).toBe("blocks of size");
    const { stdout } = await client([
        "smbcacls",
        `//${host}/fin`,
        "his",
        "-s",
        `${folder}/smb.conf`,
        "--use-kerberos=off",
        "-A",
        login("bob"),
    ]);
    const names = stdout.toLowerCase();
    for (const who of ["bob", "Finance", team]) expect(names).toContain(`\\${who.toLowerCase()}`);
    expect(names).toContain(`acl:${domain.workgroup}\\finance:allowed`.toLowerCase());
    await stack.settled();
    await inGuest(guest, "setfacl -m 'g:60513:rwx' /srv/pvesmb/fin");
    expect((await stack.refresh({ flags: ["--diff"] })).output).toMatch(
        /the directory's access ACL is .*group:60513:rwx.* instead of .*Finance:rwx/,
    );
    await up(docs, share("fin", fin.join(", ")));
    expect(await inGuest(guest, "getfacl -cn /srv/pvesmb/fin")).not.toContain("60513");
});

test("an unknown name, the same one twice and the wrong kind are refused, and nothing is written", async () => {
    const ghosts = [
        share("ghost", `access: [{ group: ${of("Docs OTeam & Sohne")}, level: "full" }, { user: ${of("nobody-here")}, level: "read" }]`),
        share("twice", `access: [{ user: ${of("bob")}, level: "full" }, { user: "b.bauer@corp.example", level: "read" }]`),
        share("kind", `access: [{ user: ${of("Finance")}, level: "full" }]`),
    ];
    write(docs, ...ghosts);
    const { output } = await stack.up({ fails: true, flags: ["--continue-on-error"] });
    expect(output).toContain(`did you mean "${domain.workgroup}\\${team}"?`);
    expect(output).toContain(`access[1].user: there is no account "${domain.workgroup}\\nobody-here" in the domain ${domain.workgroup}`);
    expect(output).toMatch(
        /access\[1\]\.user: "LABAD\\bob" and "b\.bauer@corp\.example" are the same account \(S-1-5-21-[0-9-]+\); keep one entry/,
    );
    expect(output).toContain(`"${domain.workgroup}\\Finance" is a group, not a user; give it as \`group\``);
    expect(await inGuest(guest, "ls /srv/pvesmb /etc/samba/pvesmb/shares.d")).not.toMatch(/ghost|twice|kind/);
});

test("a user of the domain in a group of the gateway has that group's access, beside local ones", async () => {
    const crew = (members: string): string => `const crew = new pvesmb.SmbGroup("crew", { gateway: files, members: [${members}] });`;
    const shed = 'new pvesmb.SmbShare("shed", { gateway: files, access: [{ group: crew.name, level: "change" }] });';
    await up(docs, crew(`carol.name, ${of("bob")}`), shed);
    expect(await inGuest(guest, "getent group crew")).toMatch(/:(carol,LABAD\\bob|LABAD\\bob,carol)\n/);
    expect([await ntlm("bob", "shed", "mkdir his; ls"), await local("shed", "mkdir hers; ls"), await ntlm("alice", "shed")]).toEqual([
        "blocks of size",
        "blocks of size",
        "NT_STATUS_ACCESS_DENIED",
    ]);
    await stack.settled();
    await up(docs, crew("carol.name"), shed);
    expect([await ntlm("bob", "shed"), await local("shed")]).toEqual(["NT_STATUS_ACCESS_DENIED", "blocks of size"]);
});

test("20 shares with groups of the domain are resolved in one look", async () => {
    await inGuest(
        guest,
        'mv /usr/bin/wbinfo /usr/bin/wbinfo.real; printf \'#!/bin/sh\\necho "$*" >> /run/asked\\nexec /usr/bin/wbinfo.real "$@"\\n\' > /usr/bin/wbinfo; chmod 755 /usr/bin/wbinfo',
    );
    const both = `access: [{ group: ${of(team)}, level: "full" }, { group: ${of("Finance")}, level: "read" }]`;
    await up(docs, ...Array.from({ length: 20 }, (_, i) => share(`s${i}`, both)));
    const asked = (await inGuest(guest, "cat /run/asked; rm /run/asked; mv /usr/bin/wbinfo.real /usr/bin/wbinfo")).split("\n");
    expect(asked.filter((line) => line === "--own-domain")).toHaveLength(1);
    expect(asked.filter((line) => line.startsWith("--name-to-sid=")).sort()).toEqual(
        [team, "Finance"].map((name) => `--name-to-sid=${domain.workgroup}\\${name}`).sort(),
    );
    expect([await ntlm(zoe, "s19"), await ntlm("bob", "s0")]).toEqual(["blocks of size", "blocks of size"]);
    await stack.settled();
});

test("after a cold start without a controller what was resolved stays, who was not is told apart, and a refresh asks nobody", async () => {
    await up(docs);
    await dc?.stop();
    // The hard case: one that had been running answers from its cache.
    await inGuest(guest, "systemctl restart winbind");
    const changed = docs.replace("access:", 'comment: "away", access:');
    const { output } = await up(changed);
    expect(output).toContain("no domain controller can be asked at the moment");
    expect(await inGuest(guest, "cat /etc/samba/pvesmb/shares.d/docs.conf")).toMatch(
        new RegExp(`comment = away\\n[^]*valid users = ${sids[team]}, carol\\n`),
    );
    await stack.settled();
    write(changed, share("late", `access: [{ group: ${of("Domain Guests")}, level: "read" }]`));
    expect((await stack.up({ fails: true })).output).toMatch(
        /nobody on .* can say who "LABAD\\Domain Guests" is: (no controller of the domain LABAD|its winbind does not) answer/,
    );
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { domain, replicated, resetDomain, sites, startDomain } from "../lab/src/ad/domain";
import type { DnsRecord, DomainController } from "../lab/src/ad/domain";
import { labAccess, runAtWorkstation, sshArguments } from "../lab/src/client";
import type { RunResult } from "../lab/src/client";
import { control } from "./support/control";
import { removeGuests } from "./support/guests";
import { labUp } from "./support/lab";
import { runDirectory } from "./support/run-directory";
import { eventually, until } from "./support/until";

/** The lab's Active Directory, seen from outside, and a machine that joins it by hand as an administrator would. */

const vmid = 190;
const address = "10.86.0.90";
const password = "Pa ss$'\"`1ö";
let dc1: DomainController;
let dc2: DomainController;
let folder = "";
/** Empty when beforeAll failed before they ran. */
const started: DomainController[] = [];

/** A shell script as root in the machine; secrets go by stdin, which the script ends with. */
const inMember = (script: string, input = ""): Promise<RunResult> =>
    runAtWorkstation(sshArguments(address, labAccess().nodeKey, script), { input });

async function inMemberDone(script: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await inMember(script, input);
    if (code !== 0) throw new Error(`${script}\nended with ${code}: ${stdout}${stderr}`);
    return stdout;
}

/** At the workstation, with a krb5.conf, a smb.conf and a ticket cache of the test's own. */
const client = (argv: string[], input?: string): Promise<RunResult> =>
    runAtWorkstation(["env", `KRB5_CONFIG=${folder}/krb5.conf`, `KRB5CCNAME=FILE:${folder}/cache`, ...argv], { input });

const kinit = (user: string): Promise<RunResult> => client(["kinit", `${user}@${domain.realm}`], `${password}\n`);

const smbclient = (unc: string, ...more: string[]): Promise<RunResult> =>
    client(["smbclient", unc, "-s", `${folder}/smb.conf`, ...more, "-c", "ls"]);

const kerberos = (unc: string): Promise<RunResult> => smbclient(unc, "--use-kerberos=required", `--use-krb5-ccache=${folder}/cache`);

const ntlm = (unc: string): Promise<RunResult> => smbclient(unc, "--use-kerberos=off", "-A", `${folder}/login`);

async function createMember(): Promise<void> {
    await control("run", "POST", "/nodes/pve1/lxc", {
        vmid: String(vmid),
        ostemplate: "local:vztmpl/debian-12-samba_12.7-1_amd64.tar.zst",
        unprivileged: "1",
        hostname: "member1",
        // net takes the name that it registers in DNS from /etc/hosts, where PVE writes it with this domain.
        searchdomain: domain.dns,
        memory: "512",
        rootfs: "local:2",
        net0: `name=eth0,bridge=vmbr0,ip=${address}/24,gw=10.86.0.1`,
        "ssh-public-keys": readFileSync(`${labAccess().nodeKey}.pub`, "utf8"),
        start: "1",
    });
    await until("sshd of the member answers", async () => (await inMember("true")).code === 0);
}

beforeAll(async () => {
    await labUp();
    await removeGuests(vmid, vmid);
    await resetDomain();
    folder = mkdtempSync(join(runDirectory(), "ad-"));
    writeFileSync(join(folder, "krb5.conf"), `[libdefaults]\ndefault_realm = ${domain.realm}\nrdns = false\ndns_lookup_kdc = true\n`);
    writeFileSync(join(folder, "smb.conf"), `[global]\nworkgroup = ${domain.workgroup}\nrealm = ${domain.realm}\n`);
    writeFileSync(join(folder, "login"), `username = bob\npassword = ${password}\ndomain = ${domain.workgroup}\n`, { mode: 0o600 });
    const [controllers] = await Promise.all([startDomain(), createMember()]);
    ({ dc1, dc2 } = controllers);
    started.push(dc1, dc2);
});
afterAll(async () => {
    if (!folder) return; // beforeAll failed before it made anything.
    await removeGuests(vmid, vmid);
    rmSync(folder, { recursive: true, force: true });
    await Promise.all(started.map((controller) => controller.stop({ powerOff: true })));
});

test("both controllers have the one domain, with its fixed SIDs, each in its site and in the lab's DNS", async () => {
    for (const controller of [dc1, dc2]) expect(await controller.find("Administrator")).toMatchObject({ sid: `${domain.sid}-500` });
    const srv = (name: string): Promise<string> => dc1.run(["host", "-t", "SRV", `${name}.${domain.dns}`, "10.86.0.1"]);
    const all = await srv("_ldap._tcp.dc._msdcs");
    expect(all).toContain(" 389 dc1.ad.lab.test.");
    expect(all).toContain(" 389 dc2.ad.lab.test.");
    for (const [name, { site }] of Object.entries(sites))
        expect(await srv(`_ldap._tcp.${site}._sites`)).toContain(`389 ${name}.${domain.dns}.`);
});

test("a machine joins by an account that may create computers in one OU only, serves a domain user, and leaves", async () => {
    const before = await dc1.computers();
    const ou = await dc1.createOu("Gateways");
    await dc1.createUser({ name: "joiner", password, ou });
    const alice = await dc1.createUser({ name: "alice", password });
    await dc1.createGroup({ name: "O'Neil & Söhne", members: [alice] });
    await dc1.delegateComputers(ou, (await dc1.find("joiner"))?.sid ?? "");
    await replicated({ dc1, dc2 });

    await inMemberDone(
        "DEBIAN_FRONTEND=noninteractive apt-get -qq update && apt-get -qq -y install --no-install-recommends winbind libnss-winbind",
        "",
    );
    const config = [
        "[global]",
        `workgroup = ${domain.workgroup}`,
        `realm = ${domain.realm}`,
        "security = ads",
        "idmap config * : range = 3000-7999",
        `idmap config ${domain.workgroup} : backend = rid`,
        `idmap config ${domain.workgroup} : range = 60000-64999`,
        "[docs]",
        "path = /srv",
        `valid users = "@${domain.workgroup}\\O'Neil & Söhne"`,
        "",
    ].join("\n");
    await inMemberDone("cat > /etc/samba/smb.conf", config);
    // Only in that OU.
    const refused = await inMember("net ads join -U joiner --no-dns-updates", `${password}\n`);
    expect([refused.code === 0, await dc1.computers()]).toEqual([false, before]);
    await inMemberDone("net ads join -U joiner createcomputer=Gateways", `${password}\n`);
    // net may have asked the other controller.
    await eventually(async () => expect(await dc1.computers()).toEqual([...before, "MEMBER1"]));
    expect((await dc1.find("MEMBER1$"))?.dn).toBe(`CN=MEMBER1,${ou}`);
    // net asks the first nameserver of the zone that answers, which may be either; the workstation asks either, too, and keeps a "no".
    const records = (): Promise<DnsRecord[][]> => Promise.all([dc1, dc2].map((dc) => dc.dnsRecords("member1")));
    const record = expect.objectContaining({ type: "A", value: address }) as DnsRecord;
    expect(
        await until("the member's address in DNS on both", async () => {
            const found = await records();
            return found.every(({ length }) => length > 0) && found;
        }),
    ).toEqual([[record], [record]]);
    await inMemberDone(
        "sed -i 's/^\\(passwd\\|group\\):.*/& winbind/' /etc/nsswitch.conf; systemctl restart winbind smbd; net ads testjoin",
    );

    expect(await kinit("alice")).toMatchObject({ code: 0 });
    await eventually(async () => {
        const listed = await kerberos(`//member1.${domain.dns}/docs`);
        expect(listed.stdout + listed.stderr).toContain("blocks of size");
    });

    await inMemberDone("net ads leave -U Administrator", `${domain.administrator.password}\n`);
    await eventually(async () => expect(await dc1.computers()).toEqual(before));
});

test("the hardened controller takes Kerberos, and no NTLM", async () => {
    await dc1.createUser({ name: "bob", password });
    await until("bob is known to dc2", () => dc2.find("bob"));
    expect(await kinit("bob")).toMatchObject({ code: 0 });
    expect((await ntlm(`//dc1.${domain.dns}/sysvol`)).stdout).toContain("blocks of size");
    expect((await ntlm(`//dc2.${domain.dns}/sysvol`)).stdout).toContain("NT_STATUS_NTLM_BLOCKED");
    expect((await kerberos(`//dc2.${domain.dns}/sysvol`)).stdout).toContain("blocks of size");
});

test("a domain can be large: accounts get relative ids from where they were moved to", async () => {
    await dc1.moveRids(70_000);
    await dc1.createUser({ name: "late", password });
    expect((await dc1.find("late"))?.sid).toBe(`${domain.sid}-70000`);
});

test("a controller's packets are lost, and the other one does", async () => {
    await dc1.disturb({ packets: "dropped" });
    expect(await kinit("bob")).toMatchObject({ code: 0 });
    await dc1.disturb({ packets: "passed" });
});

import { answers } from "./support/answers";
import { control } from "./support/control";
import { type Guest, inGuest } from "./support/guests";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { getFile, putFile, smbclient } from "./support/smb-client";
import type { Stack } from "./support/stack";
import { until } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";

/** What people reported of Samba and of infrastructure as code elsewhere, and no other file has: on a gateway that gets its address by DHCP. */

const vmids = { from: 5980, to: 5999 };
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5980 };
const mara = { user: "mara", password: "mara's long p4ssword" };
const jonas = { user: "jonas", password: "jonas' long p4ssword" };

let place: Workplace;
let stack: Stack;
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
let hostname = "office";
/** `more`: statements behind those of the gateway and its user. */
const write = (...more: string[]): void => {
    const { network: _, ...small } = smallArgs("10.86.0.1", vmids);
    stack.write(
        program(
            gateway("nas", {
                ...small,
                vmid: guest.vmid,
                // The workstation has no route to this one.
                network: { bridge: "vmbr0", address: "dhcp", address6: "2001:db8:86::5/64" },
                hostname,
                samba: { workgroup: "OFFICE" },
            }),
            user("nas", mara, { home: "/srv/pvesmb/folk/mara" }),
            share("nas", "docs", { mara: "full" }, { recycle: {} }),
            "export const address = nas.address; export const unc = docs.unc;",
            ...more,
        ),
    );
};
const outputs = async (): Promise<{ address: string; unc: string }> => (await stack.outputs()) as { address: string; unc: string };

beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack("");
    write();
    await stack.up();
});
afterAll(() => place?.dispose());

test("a workgroup that is called as the host is no trouble, and a client may name it with the user", async () => {
    const at = { host: (await outputs()).address, share: "docs" };
    const loud = { ...mara, user: "OFFICE\\MARA" };
    await putFile(within, at, loud, "a.txt", "hers\n");
    await putFile(within, at, loud, "b.txt", "hers\n");
    expect(await getFile(within, at, mara, "a.txt")).toBe("hers\n");
    // The folder in the bin is the account's, whatever letters the client has.
    expect((await smbclient(within, at, loud, "del b.txt")).output).not.toContain("NT_STATUS");
    expect(await inGuest(guest, "cd /srv/pvesmb/docs/.recycle && find . -type f")).toBe("./mara/b.txt\n");
});

test("a share with a volume of its own shows nothing of its file system", async () => {
    write(share("nas", "vault", { mara: "full" }, { volume: { storage: "tank", size: "32MiB" } }));
    await stack.up();
    const { output } = await smbclient(within, { host: (await outputs()).address, share: "vault" }, mara, "ls");
    expect(output).not.toMatch(/lost|NT_STATUS/);
});

test("a second share of homes is refused, and the first one serves on", async () => {
    const homes = (name: string): string => share("nas", name, { mara: "full" }, { purpose: "homes" }, {});
    write(homes("folk"));
    await stack.up();
    write(homes("folk"), homes("pupils"));
    expect((await stack.up({ fails: true })).output).toMatch(
        /homes: share homes \(\/srv\/pvesmb\/folk\) already serves homes on this gateway, and Samba can have only one/,
    );
    const login = { ...mara, user: "OFFICE\\Mara" };
    const { output } = await smbclient(within, { host: (await outputs()).address, share: "MARA" }, login, "ls; mkdir hers");
    expect(output).toContain("blocks available");
    expect(await inGuest(guest, "stat -c %U /srv/pvesmb/folk/mara/hers")).toBe("mara\n");
});

test("two resources of one name are refused also where one's URN begins as the other's", async () => {
    write(
        'const plans = new pvesmb.SmbShare("plans-old", { gateway: nas, name: "plans" });',
        'new pvesmb.SmbShare("plans", { gateway: nas }, { dependsOn: [plans] });',
        'const bob = new pvesmb.SmbUser("bob-old", { gateway: nas, name: "bob", password: "the old one of bob" });',
        'new pvesmb.SmbUser("bob", { gateway: nas, password: "the new one of bob" }, { dependsOn: [bob] });',
    );
    const { output } = await stack.up({ fails: true, flags: ["--continue-on-error"] });
    expect(output).toMatch(/another resource already has a share "plans" on this gateway; it is urn:\S+::plans-old\./);
    expect(output).toMatch(/another resource already has an account bob on this gateway; it is urn:\S+::bob-old\./);
    write();
    await stack.up();
});

const named = 'new pvesmb.SmbShare("plain", { gateway: nas, access: [{ group: "crew", level: "change" }] }';
const crew = (...members: string[]): string =>
    `const crew = new pvesmb.SmbGroup("crew", { gateway: nas, members: [${members.map((name) => `${name}.name`).join(", ")}] });`;

test("a user with a new resource name and an alias is renamed in place, and a preview shows of a group what changes in it", async () => {
    const plain = `${named}, { dependsOn: [crew] });`;
    write(user("nas", jonas), user("nas", { ...jonas, user: "zoe" }), crew("mara", "jonas", "zoe"), plain);
    await stack.up();
    const number = await inGuest(guest, "id -u jonas");

    const renamed = { ...jonas, user: "berta" };
    write(
        user("nas", renamed, {}, { aliases: [{ name: "jonas" }] }),
        user("nas", { ...jonas, user: "zoe" }),
        crew("berta", "mara", "zoe"),
        plain,
    );
    const { output } = await stack.preview({ flags: ["--diff"] });
    const group = output.split(/^(?=\s*[~+-]? ?pulumi-nodejs:dynamic)/m).find((part) => part.includes("SmbGroup: (update)"));
    expect(group?.split("\n").filter((line) => /^\s*[~+-].*\[\d+\]/.test(line))).toEqual([expect.stringContaining('[1]: "jonas" => ')]);
    const { steps } = await stack.up();
    const done = steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`);
    expect(done.sort()).toEqual(["update berta", "update crew"]);
    expect(await inGuest(guest, "id -u berta; getent passwd jonas || true")).toBe(number);
    const list = await smbclient(within, { host: (await outputs()).address, share: "plain" }, renamed, "ls");
    expect(list.output).toContain("blocks available");
});

test("a group that goes while a share names it by its text is missed by a refresh, at the share", async () => {
    write(`${named});`);
    await stack.up();
    const { output } = await stack.refresh({ flags: ["--diff"] });
    expect(output).toMatch(/access: .*group:/);
    expect((await stack.up({ fails: true })).output).toMatch(/no such account on the gateway .*crew/);
    write();
    await stack.up();
});

test("another address of the DHCP server is in all outputs after a refresh", async () => {
    const before = await outputs();
    expect(before.unc).toBe(`\\\\${before.address}\\docs`);
    await control("run", "POST", `/nodes/pve1/lxc/${guest.vmid}/status/stop`);
    const config = (await control("call", "GET", `/nodes/pve1/lxc/${guest.vmid}/config`)) as Record<string, string>;
    await control("call", "PUT", `/nodes/pve1/lxc/${guest.vmid}/config`, {
        net0: (config["net0"] ?? "").replace(/hwaddr=[0-9A-Fa-f:]+/, "hwaddr=BC:24:11:0A:0B:0C"),
    });
    await control("run", "POST", `/nodes/pve1/lxc/${guest.vmid}/status/start`);
    const now = await until("another address", async () => {
        const found = /inet (10\.86\.0\.\d+)/.exec(await inGuest(guest, "ip -4 address show eth0 scope global").catch(() => ""))?.[1];
        return found !== before.address && found;
    });
    await answers(guest, now);
    hostname = "hp-openmediavault";
    await stack.refresh();
    const told = (await stack.resources()).map(({ outputs }) => outputs ?? {}).filter((each) => "address" in each || "unc" in each);
    expect(told.map(({ address, unc }) => [address, unc])).toEqual(
        expect.arrayContaining([
            [now, `\\\\${now}`],
            [undefined, `\\\\${now}\\docs`],
        ]),
    );
    // A host name that is too long for NetBIOS is cut there, and nowhere else.
    write();
    await stack.up();
    expect(await inGuest(guest, "cat /proc/sys/kernel/hostname; testparm -s 2>/dev/null | grep 'netbios name'")).toBe(
        "hp-openmediavault\n\tnetbios name = HP-OPENMEDIAVAU\n",
    );
    expect(await outputs()).toEqual({ address: now, unc: `\\\\${now}\\docs` });
    expect(await getFile(within, { host: now, share: "docs" }, mara, "a.txt")).toBe("hers\n");
});

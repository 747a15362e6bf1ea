import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { domain, replicated, resetDomain, startDomain } from "../lab/src/ad/domain";
import type { DomainController } from "../lab/src/ad/domain";
import { runOnNode } from "../lab/src/client";
import { DomainClient } from "./support/domain-client";
import { guestsWithin, inGuest } from "./support/guests";
import type { Guest } from "./support/guests";
import { nodeKeys } from "./support/node-keys";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { putFile, smbclient } from "./support/smb-client";
import { filesInGuest, ProcessWatch } from "./support/secret-hunt";
import type { Stack } from "./support/stack";
import { eventually, until } from "./support/until";
import { workplace } from "./support/workplace";
import type { Workplace } from "./support/workplace";

/** A domain whose relative ids do not fit a container, until its gateway asks for more. */

const vmids = { from: 5810, to: 5819 };
const address = "10.86.0.167";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5810 };
const password = "Pa ss$'\"`1ö";
const administrator = { user: "Administrator", password: domain.administrator.password };
const local = { user: "carol", password: "carol's long p4ssword" };
const args = smallArgs(address, vmids);
const files = (idMap?: { ids: number; hostFrom?: number }, more = {}): string =>
    gateway("files", {
        ...args,
        ...more,
        vmid: guest.vmid,
        hostname: "files",
        lxc: { ...args.lxc, ...(idMap === undefined ? {} : { idMap }) },
    });
const people = [user("files", local), share("files", "docs", { carol: "full" })];
const joiningWith = (more: Record<string, unknown>): string =>
    `const ad = new pvesmb.AdDomain("ad", { gateway: files, ...${JSON.stringify({
        domain: domain.dns,
        credential: administrator,
        ...more,
    })} });`;
const joining = joiningWith({});
const write = (head: string, ...more: string[]): void => stack.write(program(head, ...people, ...more));

let place: Workplace;
let stack: Stack;
let dc1: DomainController;
let zoe: DomainClient;
let nils: DomainClient;
/** Both controllers have what was changed. */
let settled: () => Promise<void>;
const started: DomainController[] = [];

const onNode = async (script: string): Promise<string> => {
    const { code, stdout, stderr } = await runOnNode("pve1", "sh -e", { input: script });
    if (code !== 0) throw new Error(stderr);
    return stdout;
};
const linesInConfig = async (): Promise<unknown> => (await guestsWithin(guest.vmid, guest.vmid))[0]?.config["lxc"];
const config = `/etc/pve/lxc/${guest.vmid}.conf`;
const ids = (): Promise<string> => onNode("cat /etc/subuid /etc/subgid");
const mapped = async (): Promise<string[][]> =>
    (await inGuest(guest, "cat /proc/self/uid_map"))
        .trim()
        .split("\n")
        .map((line) => line.trim().split(/\s+/));
/** The workstation's nameserver keeps what it is told, also that there is no such name. */
const knownByName = (): Promise<unknown> =>
    until("the gateway's address is known to both controllers", async () =>
        (await Promise.all(started.map((dc) => dc.dnsRecords("files")))).every((records) => records.some(({ value }) => value === address)),
    );
/** A share that lets everybody in whom the gateway knows. */
const OPEN_SHARE = `mkdir -p /srv/pvesmb/open && chmod 777 /srv/pvesmb/open
printf '[open]\\npath = /srv/pvesmb/open\\nread only = no\\n' > /etc/samba/pvesmb/local.conf
smbcontrol smbd reload-config`;
const owner = (path: string): Promise<string> => inGuest(guest, `stat -c %u:%g ${path}`);

beforeAll(async () => {
    place = await workplace(vmids, ["--feature", "id-map"]);
    await onNode("sed -i '/^joe:/d; /:[23][0-9]*:/d' /etc/subuid /etc/subgid; echo joe:165536:65536 >> /etc/subgid");
    await resetDomain();
    const [controllers, made] = await Promise.all([
        startDomain(),
        (async () => {
            const own = await place.stack(program(files(), ...people), { environment: await nodeKeys() });
            await own.up();
            return own;
        })(),
    ]);
    stack = made;
    ({ dc1 } = controllers);
    started.push(dc1, controllers.dc2);
    await dc1.moveRids(70_000);
    await dc1.createUsers([
        { name: "zoe", password },
        { name: "nils", password, uidNumber: 60_001 },
        { name: "bare", password },
    ]);
    const members = await Promise.all(["nils", "bare"].map(async (name) => (await dc1.find(name))?.dn ?? ""));
    await dc1.createGroups([{ name: "Numbered", members, gidNumber: 60_010 }, { name: "Unnumbered" }]);
    settled = () => replicated(controllers);
    await settled();
    zoe = new DomainClient("zoe", password);
    nils = new DomainClient("nils", password);
}, 600_000);
afterAll(async () => {
    zoe?.dispose();
    nils?.dispose();
    await place?.dispose();
    await onNode("sed -i '/^joe:/d' /etc/subgid").catch(() => undefined);
    await Promise.all(started.map((controller) => controller.stop({ powerOff: true })));
});

test("without more ids the join is refused, and says how many it needs", async () => {
    write(files(), joining);
    const { output } = await stack.up({ fails: true });
    expect(output).toMatch(/idRange: LABAD has relative ids up to 70\d\d\d, so with 10000 to spare the range must reach/);
    expect(output).toContain("set `lxc.idMap.ids` of the gateway to 196608, or by hand: on every node");
    expect(await dc1.computers()).toEqual([]);
});

test("ids that somebody else has are refused by name, before anything is changed", async () => {
    const before = await ids();
    write(files({ ids: 196_608 }));
    const { output } = await stack.up({ fails: true });
    expect(output).toContain(
        "lxc.idMap.hostFrom: 165536-296607 on pve1 would have two owners: user joe (/etc/subgid) has 165536-231071; set hostFrom: 231072, where 131072 are free",
    );
    expect([await ids(), await linesInConfig()]).toEqual([before, undefined]);
});

test("asked for, they are there after a restart, files keep their owners, and a user with a high relative id gets in", async () => {
    await putFile(place.lab.within, { host: address, share: "docs" }, local, "kept.txt", "kept\n");
    const before = await owner("/srv/pvesmb/docs/kept.txt");
    const wider = { ids: 196_608, hostFrom: 231_072 };
    write(files(wider));
    const { output } = await stack.up({ flags: ["--diff"], preview: true });
    expect(output).toContain("lxc.idMap: takes effect at the next restart of the container");
    expect(output).toContain("lxc.idMap will take effect at its next restart; set allowRestart: true to let pvesmb restart it");
    expect(await mapped()).toEqual([["0", "100000", "65536"]]);
    write(files(wider, { allowRestart: true }), joining);
    await stack.up();
    expect(await mapped()).toEqual([
        ["0", "100000", "65536"],
        ["65536", "231072", "131072"],
    ]);
    expect(await ids()).toMatch(/root:100000:65536\nroot:231072:131072\nroot:100000:65536\njoe:165536:65536\nroot:231072:131072\n/);
    expect(await owner("/srv/pvesmb/docs/kept.txt")).toBe(before);

    const sid = (await dc1.find("zoe"))?.sid ?? "";
    const uid = 65_536 + Number(sid.split("-").at(-1));
    expect(uid).toBeGreaterThan(65_536 + 60_000);
    expect(await inGuest(guest, `wbinfo --sid-to-uid ${sid}`)).toBe(`${uid}\n`);
    await inGuest(guest, OPEN_SHARE);
    await knownByName();
    expect(await zoe.login()).toMatchObject({ code: 0 });
    await until("zoe gets in by name", async () => (await zoe.kerberos(`files.${domain.dns}`, "open", "mkdir made; ls")).includes("made"));
    expect(await inGuest(guest, "stat -c %u /srv/pvesmb/open/made")).toBe(`${uid}\n`);
    // The share has the gateway's name in the domain from the first refresh on.
    await stack.refresh();
    await stack.settled();
});

test("lines that went, as in a rollback, come back; fewer ids are refused; the ranges stay when all is gone", async () => {
    await onNode(`sed -i '/^lxc.idmap/d' ${config}`);
    await stack.refresh();
    write(files({ ids: 196_608, hostFrom: 231_072 }), joining);
    const preview = await stack.preview({ flags: ["--diff"] });
    expect(preview.output).toMatch(/ids\s*:\s*65536 => 196608/);
    await stack.up();
    expect(await linesInConfig()).toHaveLength(4);

    write(files({ ids: 131_072, hostFrom: 231_072 }), joining);
    expect((await stack.up({ fails: true })).output).toContain(
        "lxc.idMap.ids: the container has 196608, and files may belong to any of them",
    );
    const { output } = await smbclient(place.lab.within, { host: address, share: "docs" }, local, "ls", ["-W", "FILES"]);
    expect(output).toContain("kept.txt");
    await stack.destroy();
    await eventually(async () => expect(await dc1.computers()).toEqual([]));
    expect(await ids()).toContain("root:231072:131072\n");
});

describe("numbers as the directory has them, joined by a keytab", () => {
    const keytab = { file: "", text: "" };
    beforeAll(async () => {
        keytab.file = join(stack.directory, "joiner.keytab");
        await dc1.run(["samba-tool", "domain", "exportkeytab", "/root/joiner.keytab", `--principal=${administrator.user}`]);
        keytab.text = (await dc1.run(["base64", "-w0", "/root/joiner.keytab"])).trim();
        writeFileSync(keytab.file, Buffer.from(keytab.text, "base64"), { mode: 0o600 });
    });
    /** Behind the principal's name: the keys themselves. */
    const needles = (): { keytab: string } => ({ keytab: keytab.text.slice(-60, -4) });
    const numbered = (more: Record<string, unknown> = {}): string =>
        joiningWith({
            credential: { user: administrator.user, keytabFrom: { file: keytab.file } },
            idmap: { backend: "ad" },
            idRange: "60000-65533",
            allowedGroups: [`${domain.workgroup}\\Numbered`],
            ...more,
        });

    test("groups without one are named before the join, and so is the primary group of all users", async () => {
        write(files(), numbered({ allowedGroups: [`${domain.workgroup}\\Numbered`, `${domain.workgroup}\\Unnumbered`] }));
        const { output } = await stack.up({ fails: true });
        for (const words of [
            "allowedGroups[1]: LABAD\\Unnumbered has no gidNumber in the directory",
            "idmap.backend: Domain Users, the primary group of users, has no gidNumber in the directory, so no user would get in",
            "allowedGroups: these users are in them and have no uidNumber in the directory, so they do not get in: bare",
        ])
            expect(output).toContain(words);
        expect(await dc1.computers()).toEqual([]);
        const other = join(stack.directory, "other.keytab");
        await dc1.run(["samba-tool", "domain", "exportkeytab", "/root/other.keytab", "--principal=nils"]);
        writeFileSync(other, Buffer.from((await dc1.run(["base64", "-w0", "/root/other.keytab"])).trim(), "base64"), { mode: 0o600 });
        write(files(), numbered({ credential: { user: administrator.user, keytabFrom: { file: other } } }));
        expect((await stack.up({ fails: true })).output).toContain(
            "Administrator cannot log in: the keytab has no keys of this account that the domain takes",
        );
    });

    test("a user has his number, and one without is refused where he is named", async () => {
        const users = (await dc1.find("Domain Users"))?.dn ?? "";
        await dc1.setAttributes(users, { gidNumber: "60513" });
        await settled();
        write(files(), numbered());
        const watch = new ProcessWatch(needles());
        await stack.up();
        expect(watch.stop()).toEqual([]);
        expect(await filesInGuest(guest.node, guest.vmid, needles())).toEqual([]);
        expect(JSON.stringify(await stack.exportState())).not.toContain(needles().keytab);
        expect(await inGuest(guest, "ls /run/pvesmb")).not.toContain("ad-");
        await inGuest(guest, OPEN_SHARE);
        await knownByName();
        expect(await nils.login()).toMatchObject({ code: 0 });
        await eventually(async () => expect(await nils.kerberos(`files.${domain.dns}`, "open", "mkdir his; ls")).toContain(" his "));
        expect(await owner("/srv/pvesmb/open/his")).toBe("60001:60513\n");
        write(
            files(),
            numbered(),
            share("files", "bare", {}, {}).replace("access: []", `access: [{ user: "LABAD\\\\bare", level: "read" }]`),
        );
        expect((await stack.up({ fails: true })).output).toMatch(
            /"LABAD\\bare" \(S-[0-9-]*\) has no uid on the gateway.* give it a uidNumber within idRange/,
        );
        write(files(), numbered());
        await stack.refresh();
        await stack.settled();
    });

    test("files belong to these numbers: no other way of numbering is taken, also after a leave", async () => {
        write(files(), joining);
        expect((await stack.preview({ fails: true })).output).toContain("files belong to these numbers");
        write(files());
        await stack.up();
        write(files(), joining);
        expect((await stack.up({ fails: true })).output).toContain(
            `idmap.backend: accounts of ${domain.dns} have had their numbers by "ad" on this data, and files belong to them`,
        );
    });
});

import { answers } from "./support/answers";
import { control } from "./support/control";
import { type Guest, guestsWithin, inGuest } from "./support/guests";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { sharesec } from "./support/sharesec";
import { getFile, putFile, smbclient } from "./support/smb-client";
import type { Result, Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/** `refresh --diff` names what somebody changed behind pvesmb's back, and the next `up` repairs it. */

const vmids = { from: 5150, to: 5199 };
const host = "10.86.0.54";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5150 };
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };

let place: Workplace;
let stack: Stack;
const declared = (comment = "As declared"): string =>
    program(
        gateway("files", { ...smallArgs(host, vmids), vmid: guest.vmid }),
        user("files", alice),
        user("files", bob),
        'new pvesmb.SmbGroup("crew", { gateway: files });',
        ...["docs", "team", "pub"].map((name) => share("files", name, { alice: "full", bob: "read" }, { comment })),
        share("files", "bin", { alice: "full" }, { comment: "As declared", recycle: { keepFor: "30d" } }),
        share("files", "some", { alice: "change" }),
        share("files", "tree", { alice: "full" }, { dfsLinks: { north: ["n1\\docs", "n2\\docs"], south: ["s1\\docs"] } }),
    );
beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack(declared());
});
afterAll(() => place?.dispose());

const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const at = (name: string) => ({ host, share: name });
const byHand = (script: string) => (): Promise<unknown> => inGuest(guest, `set -e\n${script}`);
const config = async (): Promise<Guest["config"] | undefined> => (await guestsWithin(vmids.from, vmids.to))[0]?.config;
const power = (action: "start" | "stop"): Promise<unknown> => control("run", "POST", `/nodes/pve1/lxc/${guest.vmid}/status/${action}`);

test("a create that failed half-way is still known after a refresh, and the next up finishes it", async () => {
    await control("injectRequest", {
        method: "POST",
        path: "/status/start$",
        fault: { kind: "answer", status: 500, reason: "no start today" },
        count: 0,
    });
    const { output } = await stack.up({ fails: true });
    expect(output).toContain("no start today");
    await control("clearFaults");
    await stack.refresh();
    expect((await stack.resources()).map(({ type }) => type.split(":").at(-1))).toEqual(["SmbGateway"]);
    const { steps } = await stack.up();
    expect(steps.find(({ kind }) => kind === "SmbGateway")?.op).toBe("update");
    expect(await guestsWithin(vmids.from, vmids.to)).toHaveLength(1);
    await putFile(within, at("team"), alice, "kept.txt", "kept\n");
    await stack.settled();
});

/** A manual change, how the refresh reports it, and how to check the repair. */
interface Deed {
    what: string;
    /** The resource that reports it, and the text. */
    name: string;
    shows: RegExp;
    done: () => Promise<unknown>;
    repaired: () => Promise<void>;
}

const FILES = "/etc/samba/pvesmb";
const FRAGMENTS = `${FILES}/shares.d`;
const OWN = "[private]\\npath = /srv\\n";
const deeds: Deed[] = [
    {
        what: "a share's section edited",
        name: "docs",
        shows: /comment\s*: "As declared" => "By hand"/,
        done: byHand(`sed -i 's/As declared/By hand/' ${FRAGMENTS}/docs.conf`),
        repaired: async () => expect(await inGuest(guest, `cat ${FRAGMENTS}/docs.conf`)).toContain("As declared"),
    },
    {
        what: "a share removed",
        name: "team",
        shows: /- pulumi-nodejs:dynamic\/pvesmb:SmbShare: \(delete\)/,
        done: byHand(`rm ${FRAGMENTS}/team.conf; cat ${FRAGMENTS}/*.conf >/etc/samba/pvesmb/shares.conf; smbcontrol smbd reload-config`),
        repaired: async () => expect(await getFile(within, at("team"), alice, "kept.txt")).toBe("kept\n"),
    },
    {
        what: "a directory's mode and ACL changed",
        name: "pub",
        shows: /the directory's access ACL is empty instead of user:alice:rwx,user:bob:r-x[^]*mode\s*: "0700"/,
        done: byHand("setfacl -b -k /srv/pvesmb/pub; chmod 0700 /srv/pvesmb/pub"),
        repaired: async () => {
            await putFile(within, at("pub"), alice, "mine.txt", "mine\n");
            expect(await inGuest(guest, "stat -c %a /srv/pvesmb/pub")).toBe("770\n");
        },
    },
    {
        what: "an account disabled",
        name: "alice",
        shows: /enabled\s*: false/,
        done: byHand("smbpasswd -d alice"),
        repaired: async () => expect(await getFile(within, at("team"), alice, "kept.txt")).toBe("kept\n"),
    },
    {
        what: "a password changed",
        name: "bob",
        shows: /password: no longer the declared one/,
        done: byHand("printf 'another\\nanother\\n' | smbpasswd -s bob"),
        repaired: async () => expect((await smbclient(within, at("team"), bob, "ls")).code).toBe(0),
    },
    {
        what: "smb.conf edited",
        name: "files",
        shows: /\/etc\/samba\/smb\.conf: \[global\] server min protocol = NT1 instead of SMB3_00/,
        done: byHand("sed -i 's/server min protocol = .*/server min protocol = NT1/' /etc/samba/smb.conf"),
        repaired: async () => expect(await inGuest(guest, "testparm -s 2>/dev/null")).not.toContain("NT1"),
    },
    {
        what: "a directory deleted",
        name: "bin",
        shows: /path: \/srv\/pvesmb\/bin is missing/,
        done: byHand("rm -r /srv/pvesmb/bin"),
        repaired: () => putFile(within, at("bin"), alice, "new.txt", "new\n"),
    },
    {
        what: "the expiry of a recycle bin removed",
        name: "bin",
        shows: /recycle: \/etc\/tmpfiles\.d\/pvesmb-\w+\.conf: missing/,
        done: byHand("rm /etc/tmpfiles.d/pvesmb-*.conf"),
        repaired: async () => expect(await inGuest(guest, "cat /etc/tmpfiles.d/pvesmb-*.conf")).toContain("/srv/pvesmb/bin/.recycle"),
    },
    {
        what: "a share edited in the file of all shares",
        name: "bin",
        shows: /shares\.conf: \[bin\] comment = Elsewhere instead of As declared/,
        done: byHand(`sed -i '/^.bin.$/,/^.docs.$/s/As declared/Elsewhere/' ${FILES}/shares.conf`),
        repaired: async () => expect(await inGuest(guest, "testparm -s 2>/dev/null")).not.toContain("Elsewhere"),
    },
    {
        what: "a share's own rights narrowed",
        name: "bin",
        shows: /access: the share's own rights \(sharesec\) are everybody read instead of everybody full/,
        done: byHand(sharesec("bin", "--replace S-1-1-0:ALLOWED/0x0/READ")),
        repaired: () => putFile(within, at("bin"), alice, "newer.txt", "newer\n"),
    },
    {
        what: "a share's own rights removed",
        name: "some",
        shows: /access: the share's own rights \(sharesec\) are everybody full instead of alice change/,
        done: byHand(sharesec("some", "-D")),
        repaired: async () => expect(await inGuest(guest, sharesec("some", "--view"))).toMatch(/ACL:S-1-22-1-\d+:ALLOWED\/0x0\/CHANGE\n$/),
    },
    {
        what: "DFS links changed, removed and added",
        name: "tree",
        shows: /dfsLinks\s*: \{[^}]*east[^]*x1[^]*north[^]*elsewhere[^]*- south/,
        done: byHand("cd /srv/pvesmb/tree; ln -sfn 'msdfs:elsewhere\\docs' north; rm south; ln -s 'msdfs:x1\\docs' east"),
        repaired: async () =>
            expect(await inGuest(guest, "cd /srv/pvesmb/tree; ls; readlink north south")).toBe(
                "north\nsouth\nmsdfs:n1\\docs,n2\\docs\nmsdfs:s1\\docs\n",
            ),
    },
    {
        what: "sshd's hardening removed",
        name: "files",
        shows: /\/etc\/ssh\/sshd_config\.d\/00-pvesmb\.conf: missing/,
        done: byHand("rm /etc/ssh/sshd_config.d/00-pvesmb.conf && systemctl reload ssh"),
        repaired: async () => expect(await inGuest(guest, "/usr/sbin/sshd -T")).toContain("passwordauthentication no"),
    },
    {
        what: "smbd's limit of memory lifted",
        name: "files",
        shows: /smbd\.service\.d\/pvesmb\.conf: changed by hand/,
        done: byHand(
            "sed -i 's/^MemoryMax=.*/MemoryMax=infinity/' /etc/systemd/system/smbd.service.d/pvesmb.conf && systemctl daemon-reload",
        ),
        repaired: async () => expect(await inGuest(guest, "systemctl show -P MemoryMax smbd")).toBe(`${384 * 2 ** 20}\n`),
    },
    {
        what: "a share added to the file of all shares",
        name: "files",
        shows: /shares\.conf: section \[evil\] added by hand/,
        done: byHand(`printf '[evil]\\npath = /\\n' >> ${FILES}/shares.conf`),
        repaired: async () => expect(await inGuest(guest, "testparm -s 2>/dev/null")).not.toContain("evil"),
    },
    ...[
        ["alice", "users.d/alice.json"],
        ["crew", "groups.d/crew.json"],
    ].map(([name = "", file = ""]) => ({
        what: `${file} edited`,
        name,
        shows: new RegExp(`${file}: changed by hand`),
        done: byHand(`sed -i 's/}/,"more":1}/' ${FILES}/${file}`),
        repaired: async () => expect(await inGuest(guest, `cat ${FILES}/${file}`)).not.toContain("more"),
    })),
    {
        what: "memory changed in Proxmox VE",
        name: "files",
        shows: /memory\s*: "640MiB"/,
        done: () => control("call", "PUT", `/nodes/pve1/lxc/${guest.vmid}/config`, { memory: "640" }),
        repaired: async () => expect((await config())?.["memory"]).toBe(512),
    },
];

describe("everything by hand at once", () => {
    let refreshed: Result;
    beforeAll(async () => {
        await byHand(`printf '${OWN}' >> ${FILES}/local.conf`)();
        for (const { done } of deeds) await done();
        refreshed = await stack.refresh({ flags: ["--diff"] });
    });

    test.each(deeds)("$what: the refresh names it", ({ name, shows }) => {
        const urn = refreshed.steps.find((step) => step.name === name)?.urn ?? name;
        // The part of the diff about this resource: from its URN to the next one.
        const own = refreshed.output.split(/^(?=\s*[~+-]? ?pulumi-nodejs:dynamic)/m).find((part) => part.includes(urn));
        expect(own).toMatch(shows);
    });

    test("the next up repairs it, and then there is nothing to do", async () => {
        await stack.up();
        await stack.settled();
    });

    test.each(deeds)("$what: repaired", ({ repaired }) => repaired());

    test("the administrator's own file is neither named nor touched", async () => {
        expect(refreshed.output).not.toMatch(/private|local\.conf/);
        expect(await inGuest(guest, `cat ${FILES}/local.conf`)).toBe(OWN.replaceAll("\\n", "\n"));
        expect(await inGuest(guest, "testparm -s 2>/dev/null")).toContain("[private]");
    });
});

test("smbd disabled and stopped is named and repaired", async () => {
    await byHand("systemctl disable --now smbd")();
    await expect(stack.settled()).rejects.toThrow(/SmbGateway files refresh \[diff: \+drift\]/);
    const { output } = await stack.refresh({ flags: ["--diff"] });
    expect(output).toContain("service smbd: not enabled");
    expect(output).toContain("service smbd: not running");
    await stack.up();
    expect(await getFile(within, at("team"), alice, "kept.txt")).toBe("kept\n");
    expect(await inGuest(guest, "systemctl is-enabled smbd")).toBe("enabled\n");
    await stack.settled();
});

test("a data volume unmounted in the gateway is named, nothing is set up in its place, and a restart brings it back", async () => {
    await byHand("umount -l /srv/pvesmb")();
    expect((await stack.refresh({ flags: ["--diff"] })).output).toMatch(/data: \S+ \(mp0\) is not mounted at \/srv\/pvesmb in the gateway/);
    expect((await stack.up({ fails: true })).output).toContain("restart CT 5150, then run `pulumi up` again; with `allowRestart: true`");
    expect(await inGuest(guest, "ls -A /srv/pvesmb")).toBe("");
    stack.write(declared().replace('"data":', '"allowRestart":true,"data":'));
    await stack.up();
    expect(await getFile(within, at("team"), alice, "kept.txt")).toBe("kept\n");
    stack.write(declared());
    await stack.up();
});

test("a data volume taken off is named at the gateway, and comes back with its files in place of an empty one", async () => {
    const volume = String((await config())?.["mp0"]).split(",")[0];
    await power("stop");
    await control("call", "PUT", `/nodes/pve1/lxc/${guest.vmid}/config`, { delete: "mp0" });
    await power("start");
    await answers(guest, host);
    // An update of the share alone writes nothing into the directory beneath the missing mount.
    stack.write(declared("Changed meanwhile"));
    expect((await stack.up({ fails: true, flags: ["--target", "**docs"] })).output).toContain(
        "the gateway's data is not mounted at /srv/pvesmb",
    );
    expect(await inGuest(guest, "ls -A /srv/pvesmb")).toBe("");
    stack.write(declared());
    const { output } = await stack.refresh({ flags: ["--diff"] });
    expect(output).toContain(`data: ${volume} is not mounted (it is unused0)`);
    await stack.up();
    expect(String((await config())?.["mp0"]).split(",")[0]).toBe(volume);
    expect(Object.keys((await config()) ?? {}).filter((key) => key.startsWith("unused"))).toEqual([]);
    expect(await getFile(within, at("team"), alice, "kept.txt")).toBe("kept\n");
    await stack.settled();
});

test("a data volume moved to another storage in Proxmox VE is followed: no replacement, no other volume, the files stay", async () => {
    await power("stop");
    await control("run", "POST", `/nodes/pve1/lxc/${guest.vmid}/move_volume`, { volume: "mp0", storage: "local", delete: "1" });
    await power("start");
    const volume = String((await config())?.["mp0"]).split(",")[0] ?? "";
    expect(volume).toMatch(/^local:/);
    await answers(guest, host);
    await stack.refresh();
    const gateways = (await stack.resources()).filter(({ type }) => type.endsWith(":SmbGateway"));
    expect(gateways.map(({ outputs }) => outputs?.["dataVolume"])).toEqual([volume]);
    await stack.settled();
    const args = smallArgs(host, vmids);
    stack.write(declared().replace(JSON.stringify(args.data), JSON.stringify({ ...args.data, storage: "local" })));
    const { steps } = await stack.up();
    expect(steps.filter(({ op }) => op !== "same").map(({ op, kind }) => `${op} ${kind}`)).toEqual(["update SmbGateway"]);
    expect(String((await config())?.["mp0"]).split(",")[0]).toBe(volume);
    expect(await getFile(within, at("team"), alice, "kept.txt")).toBe("kept\n");
    await stack.settled();
});

describe("a gateway with 50 shares", () => {
    const names = Array.from({ length: 50 }, (_, i) => `s${i + 1}`);
    const kinds = async (): Promise<Record<string, number>> => {
        const counts: Record<string, number> = {};
        for (const { type } of await stack.resources())
            counts[type.split(":").at(-1) ?? ""] = (counts[type.split(":").at(-1) ?? ""] ?? 0) + 1;
        return counts;
    };
    const all = { SmbGateway: 1, SmbUser: 1, SmbShare: 50 };
    const warnings = ({ diagnostics }: Result): string[] =>
        diagnostics.map(({ message }) => message.trim()).filter((message) => message.startsWith("warning: "));

    beforeAll(async () => {
        await byHand(sharesec("docs", "--replace S-1-1-0:ALLOWED/0x0/READ"))();
        stack.write(
            program(
                gateway("files", { ...smallArgs(host, vmids), data: { storage: "local", size: "256MiB" }, vmid: guest.vmid }),
                user("files", alice),
                ...names.map((name) => share("files", name, { alice: "full" })),
            ),
        );
        await stack.up();
    });

    test("the rights of shares that it no longer has are gone, also those set by hand", async () => {
        for (const name of ["docs", "some"])
            expect(await inGuest(guest, sharesec(name, "--view"))).toMatch(/ACL:S-1-1-0:ALLOWED\/0x0\/FULL\n/);
    });

    test("that is stopped: shown at the gateway, said once, nothing forgotten, and up starts it", async () => {
        await power("stop");
        const refreshed = await stack.refresh({ flags: ["--diff"] });
        expect(refreshed.output).toMatch(/started\s*: false/);
        expect(warnings(refreshed)).toEqual([
            `warning: gateway CT ${guest.vmid} on pve1 is stopped; everything on it is assumed to be unchanged`,
        ]);
        expect(await kinds()).toEqual(all);
        const { steps } = await stack.up();
        expect(steps.filter(({ op }) => op !== "same").map(({ op, kind }) => `${op} ${kind}`)).toEqual(["update SmbGateway"]);
        expect((await smbclient(within, at("s50"), alice, "ls")).code).toBe(0);
        await stack.settled();
    });

    test.each([
        ["its sshd is stopped", "systemctl stop ssh", "systemctl start ssh"],
        ["its network is cut", "ip link set eth0 down", "ip link set eth0 up"],
    ])("that cannot be reached because %s: said once, nothing forgotten", async (_why, cut, mend) => {
        await inGuest(guest, cut);
        try {
            const refreshed = await stack.refresh({ flags: ["--expect-no-changes"] });
            expect(warnings(refreshed)).toEqual([expect.stringContaining(host)]);
            expect(await kinds()).toEqual(all);
        } finally {
            await inGuest(guest, mend);
        }
        await answers(guest, host);
        expect((await smbclient(within, at("s1"), alice, "ls")).code).toBe(0);
    });

    test("that is deleted: forgotten with everything on it, without an error, and up makes it again", async () => {
        await power("stop");
        await control("run", "DELETE", `/nodes/pve1/lxc/${guest.vmid}`);
        await stack.refresh();
        expect(await kinds()).toEqual({});
        await stack.up();
        expect(await kinds()).toEqual(all);
        expect((await smbclient(within, at("s50"), alice, "ls")).code).toBe(0);
        await stack.settled();
    });

    test("that was deleted without a refresh: destroy has nothing to do, and says nothing against it", async () => {
        await power("stop");
        await control("run", "DELETE", `/nodes/pve1/lxc/${guest.vmid}`);
        await stack.destroy();
        expect(await stack.resources()).toEqual([]);
    });
});

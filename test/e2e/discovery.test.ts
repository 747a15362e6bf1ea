import { inFinder, inNetworkView } from "./support/discovery";
import { type Guest, inGuest } from "./support/guests";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { SmbSession } from "./support/smb-session";
import type { Result, Stack } from "./support/stack";
import { eventually, until } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";

/** What clients find without an address, asked from the workstation: the Finder and Time Machine (mDNS), Windows' network view. */

const vmids = { from: 5960, to: 5979 };
const host = "10.86.0.113";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5960 };
const alice = { user: "alice", password: "alice's long p4ssword" };

let place: Workplace;
let stack: Stack;
const within = (argv: readonly string[]): string[] => place.lab.within(argv);

interface Said {
    hostname?: string;
    discovery?: { avahi: boolean; wsdd: boolean };
    /** Names of shares for Time Machine. */
    disks?: readonly string[];
}
const write = ({ hostname = "nas", discovery = { avahi: true, wsdd: true }, disks = [] }: Said): void =>
    stack.write(
        program(
            gateway("files", { ...smallArgs(host, vmids), vmid: guest.vmid, hostname, samba: { discovery } }),
            user("files", alice),
            share("files", "docs", { alice: "full" }),
            ...disks.map((name) => share("files", `disk${name.replace(/\W/g, "")}`, { alice: "full" }, { name, purpose: "timeMachine" })),
        ),
    );
const up = (said: Said): Promise<Result> => (write(said), stack.up());

/** The servers by name, each with its disks for Time Machine. */
const found = async (): Promise<Record<string, string[]>> => {
    const [servers, disks] = await Promise.all([inFinder(within, "_smb._tcp"), inFinder(within, "_adisk._tcp")]);
    const names = (texts: readonly string[]): string[] => texts.flatMap((text) => /^dk\d+=adVN=(.*),adVF=0x82$/.exec(text)?.[1] ?? []);
    const lone = Object.keys(disks).filter((name) => servers[name] === undefined);
    return Object.fromEntries([
        ...Object.keys(servers).map((name) => [name, names(disks[name] ?? []).sort()]),
        ...lone.map((name) => [name, ["without a server"]]),
    ]) as Record<string, string[]>;
};
const shows = (what: Record<string, string[]>): Promise<void> => eventually(async () => expect(await found()).toEqual(what));
const inView = (name: string): Promise<void> =>
    eventually(async () => expect(await inNetworkView(within)).toEqual([`${name}/Workgroup:WORKGROUP`]));

beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack("");
});
afterAll(() => place?.dispose());

test("a share for Time Machine is announced after the up that makes it, with the server; one that goes is not any more", async () => {
    await up({ disks: ["capsule", "Anna's & Öl"] });
    await shows({ NAS: ["Anna's & Öl", "capsule"] });
    await eventually(async () => expect(await inFinder(within, "_device-info._tcp")).toEqual({ NAS: ["model=MacSamba"] }));
    // Twice within a second would escape Avahi, which compares times of change by seconds, so by the file's own.
    const changed = async (): Promise<number> => Number(await inGuest(guest, "stat -c %Y /etc/avahi/services/pvesmb.service"));
    const before = await changed();
    await up({ disks: ["capsule"] });
    await shows({ NAS: ["capsule"] });
    expect(await changed()).toBeGreaterThan(before);
    await up({});
    await shows({ NAS: [] });
    await stack.settled();
});

test("a new host name is the one that clients find, in the Finder and in the network view", async () => {
    await up({ disks: ["capsule"] });
    await shows({ NAS: ["capsule"] });
    await inView("NAS");
    await up({ disks: ["capsule"], hostname: "vault" });
    await shows({ VAULT: ["capsule"] });
    await inView("VAULT");
    expect(await inGuest(guest, "cat /proc/sys/kernel/hostname")).toBe("vault\n");
    await stack.settled();
});

test("a gateway of an earlier version, where smbd has announced itself, is told so, and after an up all is as with a new one", async () => {
    await inGuest(
        guest,
        `rm /etc/avahi/pvesmb.xml /etc/avahi/services/pvesmb.service; sed -i '/multicast dns register/d' /etc/samba/smb.conf
        systemctl restart smbd avahi-daemon`,
    );
    const announced = async (): Promise<boolean> => (await inFinder(within, "_adisk._tcp"))["VAULT"]?.includes("sys=adVF=0x100") === true;
    await until("smbd has announced itself", announced);
    const open = await SmbSession.open(within, { host, share: "docs" }, alice);
    try {
        const { output } = await stack.refresh({ flags: ["--diff"] });
        expect(output).toContain("multicast dns register = (missing) instead of no");
        expect(output).toContain("/etc/avahi/pvesmb.xml: missing");
        await up({ disks: ["capsule", "second"], hostname: "vault" });
        await shows({ VAULT: ["capsule", "second"] });
        await stack.settled();
        await up({ disks: ["second"], hostname: "vault" });
        await shows({ VAULT: ["second"] });
        // All that without a restart of smbd.
        expect(await open.run("ls")).toContain("blocks available");
    } finally {
        open.close();
    }
});

test("a service file changed by hand is shown and mended; without discovery nothing is announced", async () => {
    await inGuest(guest, "sed -i s/second/hand/ /etc/avahi/services/pvesmb.service");
    const { output } = await stack.refresh({ flags: ["--diff"] });
    expect(output).toContain("/etc/avahi/services/pvesmb.service: changed by hand");
    await stack.up();
    await shows({ VAULT: ["second"] });
    await up({ disks: ["second"], hostname: "vault", discovery: { avahi: false, wsdd: false } });
    expect(await inFinder(within, "_smb._tcp")).toEqual({});
    await up({ disks: ["second"], hostname: "vault", discovery: { avahi: true, wsdd: false } });
    await shows({ VAULT: ["second"] });
    await stack.settled();
});

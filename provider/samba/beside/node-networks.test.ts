import { sambaSettings } from "../../model/samba";
import type { SambaSettings } from "../../model/samba";
import { parseHost } from "./detect";
import { exposed, exposureWarning } from "./node-networks";

const ADDRESSES = `1: lo    inet 127.0.0.1/8 scope host lo
2: vmbr0    inet 192.168.1.10/24 brd 192.168.1.255 scope global vmbr0
3: ens19    inet 10.10.0.1/24 scope global ens19
4: ens20    inet 10.20.0.1/24 scope global ens20
4: ens20    inet6 fd00:20::1/64 scope global
`;
const COROSYNC = "nodelist {\n  node {\n    name: pve1\n    ring0_addr: 10.10.0.1\n  }\n  node {\n    ring0_addr: 10.10.0.2\n  }\n}\n";

const on = (parts: Record<string, string>, samba: Partial<SambaSettings> = {}): string[] => {
    const texts = { os: "ID=debian\n", config: "", addresses: ADDRESSES, ...parts };
    const host = parseHost(
        `${Object.entries(texts)
            .map(([name, text]) => `== ${name}\n${text}`)
            .join("")}== end\n`,
    );
    if (host === undefined) throw new Error("not parsed");
    const settings = { ...sambaSettings.parse(undefined), ...samba };
    expect(exposureWarning(host, settings) === undefined).toBe(exposed(host, settings).length === 0);
    return exposed(host, settings).map(({ address, purpose }) => `${address} ${purpose}`);
};

test("a node whose networks are for clients has nothing to hide", () => expect(on({})).toEqual([]));

test("the networks of corosync, migration and Ceph", () => {
    expect(on({ corosync: COROSYNC })).toEqual(["10.10.0.1 the cluster's corosync"]);
    expect(on({ datacenter: "keyboard: de\nmigration: type=secure,network=10.20.0.0/24\n" })).toEqual(["10.20.0.1 migration"]);
    expect(on({ ceph: "[global]\n\tpublic_network = 10.10.0.0/24, fd00:20::/64\n\tcluster network = 10.20.0.0/24\n" })).toEqual([
        "10.10.0.1 Ceph",
        "10.20.0.1 Ceph",
        "fd00:20::1 Ceph",
    ]);
    expect(on({ corosync: COROSYNC, ceph: "public_network = 10.10.0.0/24\n" })).toEqual(["10.10.0.1 the cluster's corosync and Ceph"]);
});

test("where Samba listens counts: the node's own smb.conf, or the program's", () => {
    const bound = "[global]\n\tbind interfaces only = Yes\n\tinterfaces = lo vmbr*\nexit 0\n";
    expect(on({ corosync: COROSYNC, config: bound })).toEqual([]);
    expect(on({ corosync: COROSYNC, config: bound.replace("vmbr*", "10.10.0.0/24") })).toEqual(["10.10.0.1 the cluster's corosync"]);
    expect(on({ corosync: COROSYNC, config: bound.replace("Yes", "No") })).toHaveLength(1);
    expect(on({ corosync: COROSYNC }, { manageGlobal: true, interfaces: ["vmbr0"] })).toEqual([]);
    expect(on({ corosync: COROSYNC }, { manageGlobal: true, interfaces: ["10.10.0.1"] })).toHaveLength(1);
});

import { execFileSync } from "node:child_process";
import { clusterFiles, CTDB, formScript, aloneScript, ownerOf, tunableValues } from ".";
import type { Cluster } from ".";

const cluster: Cluster = {
    nonce: "0123456789abcdef",
    key: "urn:files",
    nodes: ["10.99.0.1", "10.99.0.2"],
    slots: 2,
    addresses: [
        { address: "192.168.1.60/24", interface: "eth0" },
        { address: "192.168.1.61/24", interface: "eth2" },
    ],
    lock: "/srv/pvesmb/.pvesmb/ctdb.lock",
    sharedPath: "/srv/pvesmb",
    netbiosName: "FILES",
    tunables: { keepaliveInterval: 1, keepaliveLimit: 12, recoveryDropAllIps: 5 },
    leaderTimeout: 5,
    served: { objects: "/etc/samba/pvesmb/cluster.d", account: [], assemble: [] },
};
const text = (path: string): string => clusterFiles(cluster).find((file) => file.path === path)?.content ?? "";

test("what CTDB reads", () => {
    expect(text(CTDB.nodes)).toBe("10.99.0.1\n10.99.0.2\n");
    const shrunk = clusterFiles({ ...cluster, slots: 4 });
    expect(shrunk.find(({ path }) => path === CTDB.nodes)?.content).toBe("10.99.0.1\n10.99.0.2\n#\n#\n");
    expect(text(CTDB.publicAddresses)).toBe("192.168.1.60/24 eth0\n192.168.1.61/24 eth2\n");
    expect(text(CTDB.tunables)).toBe("KeepaliveInterval=1\nKeepaliveLimit=12\nRecoveryDropAllIPs=5\nRerecoveryTimeout=2\n");
    expect(text(CTDB.conf)).toContain("\tcluster lock = /srv/pvesmb/.pvesmb/ctdb.lock\n\tleader timeout = 5\n");
    expect(text(CTDB.conf)).toContain("realtime scheduling = false");
    expect(text(CTDB.options)).toContain("CTDB_SAMBA_SKIP_SHARE_CHECK=yes");
    expect(text(CTDB.rules)).toContain("tcp dport 4379 ip saddr != { 10.99.0.1, 10.99.0.2 } counter drop");
    expect(tunableValues(cluster.tunables)).toContainEqual(["KeepaliveLimit", 12]);
});

test("a gateway that loses CTDB loses its addresses, and both are started again", () => {
    expect(text(CTDB.unit)).toContain(`ExecStopPost=/bin/sh ${CTDB.drop}`);
    expect(text(CTDB.unit)).toContain("Restart=on-failure");
    // systemd would take `$(` and `$i` for its own.
    expect(text(CTDB.smbdUnit)).not.toMatch(/(?<!\$)\$(?!\$)/);
});

test("a gateway serves while the file beside the data says whose they are", () => {
    expect(text(CTDB.event)).toContain(`"nonce":"${cluster.nonce}"' ${ownerOf("/srv/pvesmb")}`);
    expect(clusterFiles(cluster).find(({ path }) => path === CTDB.event)?.mode).toBe("0755");
});

test("a gateway serves while it is in step, and smbd starts only then", () => {
    expect(text(CTDB.event).match(/^ {4}in_step$/gm)).toHaveLength(2);
    expect(text(CTDB.event)).toContain(`${CTDB.inStep} || timeout -s KILL 23 ${CTDB.follow} ${CTDB.following} || die`);
    expect(text(CTDB.smbdUnit)).toContain(`${CTDB.inStep} && exit 0`);
    expect(text(CTDB.follow)).toMatch(/^#!\/usr\/bin\/python3 -I\n/);
});

test("only the first gateway's databases become the cluster's, and the cluster's become its own again", () => {
    expect(formScript(0)).toContain(`ltdbtool -s0 -o64 convert /var/lib/samba/private/passdb.tdb ${CTDB.persistent}/passdb.tdb.0.new`);
    expect(formScript(1)).not.toContain("ltdbtool");
    expect(formScript(1)).toContain(`mv ${CTDB.persistent}/* "$aside"`);
    expect(aloneScript(0)).toContain(`ltdbtool -s64 -o0 convert ${CTDB.persistent}/passdb.tdb.0 /var/lib/samba/private/passdb.tdb.new`);
});

test("every script is one that a shell reads", () => {
    const scripts = [CTDB.event, CTDB.inStep, CTDB.drop, CTDB.watch].map(text);
    for (const script of [...scripts, formScript(0), formScript(1), aloneScript(0)])
        expect(() => execFileSync("sh", ["-n"], { input: script })).not.toThrow();
});

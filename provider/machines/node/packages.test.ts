import { Deadline } from "../../base/deadline";
import type { Host } from "../../hosts";
import { removePackages } from "./packages";

/** The node has noted these packages, and apt's simulation of their purge prints this. */
async function removal(noted: string, simulated: string): Promise<{ kept: string | undefined; purged: boolean }> {
    let purged = false;
    const host = {
        name: "pve1",
        exec: (_: unknown, { stdin }: { stdin: string }) => {
            if (stdin.includes("dpkg-query")) return Promise.resolve({ code: 0, stdout: noted, stderr: "" });
            if (stdin.includes(" -s purge ")) return Promise.resolve({ code: 0, stdout: simulated, stderr: "" });
            expect(stdin).toMatch(/AutomaticRemove=false purge samba acl$/m);
            purged = true;
            return Promise.resolve({ code: 0, stdout: "", stderr: "" });
        },
    } as unknown as Host;
    return { kept: await removePackages(host, Deadline.in(10_000)), purged };
}

test("what was noted goes, if nothing else would", async () => {
    expect(await removal("samba\nacl\n", "Purg samba [2:4.17.12]\nPurg acl [2.3.1]\n")).toEqual({ kept: undefined, purged: true });
    expect(await removal("", "")).toEqual({ kept: undefined, purged: false });
});

test("nothing goes if something else would go or change with it", async () => {
    expect(await removal("samba\nacl\n", "Purg samba [2:4.17.12]\nPurg acl:amd64 [2.3.1]\nPurg pve-manager [8.4.1]\n")).toEqual({
        kept: "because apt-get would remove pve-manager too",
        purged: false,
    });
    expect(await removal("samba\nacl\n", "Purg samba [1]\nInst other-server (1 Debian:12/stable [all])\n")).toEqual({
        kept: "because apt-get would install or change other-server",
        purged: false,
    });
});

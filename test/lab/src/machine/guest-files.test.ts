import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuestSpec } from "../machine";
import { firstScript, interfacesFile, startScript, systemdVersion } from "./guest-files";

const nic = { index: 0, name: "eth0", bridge: "vmbr0", hwaddr: "BC:24:11:00:00:01" };

test("ifupdown's file: fixed, by DHCP, both families, none", () => {
    expect(interfacesFile([{ ...nic, ip: "10.0.0.5/24", gw: "10.0.0.1" }])).toContain(
        "iface eth0 inet static\n\taddress 10.0.0.5/24\n\tgateway 10.0.0.1\n",
    );
    expect(interfacesFile([{ ...nic, ip: "dhcp", ip6: "auto" }])).toContain("auto eth0\niface eth0 inet dhcp\niface eth0 inet6 auto\n");
    expect(interfacesFile([{ ...nic, ip6: "fd00::5/64" }])).not.toContain("inet manual");
    expect(interfacesFile([nic])).toContain("iface eth0 inet manual");
});

/** Runs a script on a directory that stands for the guest's root. */
function apply(script: string, files: Record<string, string>): (path: string) => string {
    const root = mkdtempSync(join(tmpdir(), "pvesmb-test-"));
    try {
        mkdirSync(join(root, "etc/network"), { recursive: true });
        for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
        execFileSync("sh", ["-s"], { input: script.replaceAll("'/etc", `'${root}/etc`).replaceAll(" /etc", ` ${root}/etc`) });
        const seen = Object.fromEntries(
            ["etc/hosts", "etc/resolv.conf", "etc/hostname"].map((path) => [path, readFileSync(join(root, path), "utf8")]),
        );
        return (path) => seen[path] ?? "";
    } finally {
        rmSync(root, { recursive: true });
    }
}

const spec: GuestSpec = {
    node: "pve1",
    vmid: 101,
    hostname: "files.example.org",
    unprivileged: true,
    nesting: false,
    ostype: "debian",
    memory: 1,
    swap: 0,
    mounts: [],
    nics: [{ ...nic, ip: "10.0.0.5/24" }],
};
const fallback = { nameserver: ["10.0.0.1"], searchdomain: ["lab"] };

test("only PVE's section of hosts and resolv.conf is PVE's", () => {
    const before = { "etc/hosts": "# --- BEGIN PVE ---\nold\n# --- END PVE ---\n10.9.9.9 mine\n", "etc/resolv.conf": "" };
    const after = apply(startScript(spec, fallback), before);
    expect(after("etc/hosts")).toContain("10.0.0.5 files.example.org files\n");
    expect(after("etc/hosts")).toContain("10.9.9.9 mine\n");
    expect(after("etc/hosts")).not.toContain("old");
    expect(after("etc/resolv.conf")).toBe("# --- BEGIN PVE ---\nsearch lab\nnameserver 10.0.0.1\n# --- END PVE ---\n");
    expect(after("etc/hostname")).toBe("files\n");
});

test("a guest's own nameserver replaces the node's", () => {
    const after = apply(startScript({ ...spec, nameserver: ["10.0.0.9"], searchdomain: ["example.org"] }, fallback), {});
    expect(after("etc/resolv.conf")).toContain("search example.org\nnameserver 10.0.0.9\n");
});

test("a password is data, not shell", () => {
    expect(firstScript({ password: "a'$(b)\"" }, [])).toContain("chpasswd <<'PVESMB_END'\nroot:a'$(b)\"\nPVESMB_END");
});

test("the systemd that is the init is known by its library's name", () => {
    expect(systemdVersion("/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so\n")).toBe(252);
    expect(systemdVersion("/usr/lib/systemd/libsystemd-shared-247.so\n")).toBe(247);
    expect(systemdVersion("/usr/lib64/systemd/libsystemd-shared-257.7-1.fc42.so\n")).toBe(257);
    expect(systemdVersion("")).toBeUndefined();
});

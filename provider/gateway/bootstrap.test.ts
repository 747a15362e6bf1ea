import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrapScript } from "./bootstrap";
import type { BootstrapSettings } from "./bootstrap";

/** What the script makes of sources, run for true on a folder that stands in for /etc, up to where apt begins. */
function sources(settings: BootstrapSettings, files: Record<string, string>): Record<string, string> {
    const folder = mkdtempSync(join(tmpdir(), "pvesmb-sources-"));
    try {
        mkdirSync(join(folder, "apt/sources.list.d"), { recursive: true });
        writeFileSync(join(folder, "os-release"), "VERSION_CODENAME=bookworm\n");
        for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "apt", name), text);
        const script = bootstrapScript(settings);
        const part = /^ {4}\. \/etc\/os-release\n[^]*?(?=^ {4}trap )/m.exec(script)?.[0] ?? "exit 9";
        const { status, stderr } = spawnSync("sh", ["-eus"], { input: part.replaceAll("/etc/", `${folder}/`), encoding: "utf8" });
        expect([status, stderr]).toEqual([0, ""]);
        return Object.fromEntries(Object.keys(files).map((name) => [name, readFileSync(join(folder, "apt", name), "utf8")]));
    } finally {
        rmSync(folder, { recursive: true });
    }
}

const list = `# the template's
deb http://deb.debian.org/debian bookworm main contrib

deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://ftp.debian.org/debian bookworm-updates main
deb http://security.debian.org bookworm-security main contrib
deb http://download.example/pve bookworm pve-no-subscription
deb http://other.example/debian trixie main
`;

it("replaces where suites come from and keeps them, updates and security updates too", () => {
    const mirror = "http://mirror.example/debian";
    expect(sources({ mirror }, { "sources.list": list })["sources.list"]).toBe(`# the template's
deb http://mirror.example/debian bookworm main contrib

deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian bookworm-updates main
deb http://mirror.example/debian-security bookworm-security main contrib
deb http://download.example/pve bookworm pve-no-subscription
deb http://other.example/debian trixie main
`);
    const securityMirror = "http://security.example/";
    expect(sources({ mirror, securityMirror }, { "sources.list": list })["sources.list"]).toContain(
        "deb http://security.example/ bookworm-security main",
    );
});

it("does so in the other form", () => {
    const deb822 = `Types: deb
URIs: http://deb.debian.org/debian
 http://ftp.debian.org/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main
`;
    const found = sources({ mirror: "http://mirror.example/debian/" }, { "sources.list": "", "sources.list.d/debian.sources": deb822 });
    expect(found["sources.list.d/debian.sources"]).toBe(`Types: deb
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

`);
});

it("adds the mirror where the template has no source at all", () => {
    expect(sources({ mirror: "http://mirror.example/debian" }, { "sources.list": "# none\n" })["sources.list"]).toBe(
        "# none\ndeb http://mirror.example/debian bookworm main\n",
    );
});

it("has new gateways update themselves unless told otherwise, and leaves older ones", () => {
    const updates = (settings: BootstrapSettings): boolean => bootstrapScript(settings).includes("unattended-upgrades");
    expect([{ fresh: true }, {}, { securityUpdates: true }, { fresh: true, securityUpdates: false }].map(updates)).toEqual([
        true,
        false,
        true,
        false,
    ]);
});

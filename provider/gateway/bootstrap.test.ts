import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrapScript } from "./bootstrap";
import type { BootstrapSettings } from "./bootstrap";

/**
 * Runs the script's apt part once per setting on a folder that serves as /etc and /var. Returns the files and whether each run changed any.
 */
function runs(all: BootstrapSettings[], files: Record<string, string>, between: (folder: string) => void = () => undefined) {
    const folder = mkdtempSync(join(tmpdir(), "pvesmb-sources-"));
    try {
        mkdirSync(join(folder, "etc/apt/sources.list.d"), { recursive: true });
        mkdirSync(join(folder, "etc/apt/apt.conf.d"));
        writeFileSync(join(folder, "etc/os-release"), "VERSION_CODENAME=bookworm\n");
        for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "etc/apt", name), text);
        const changed = all.map((settings, i) => {
            if (i > 0) between(folder);
            const part = /^# apt: proxy and sources\n[^]*?(?=^# apt: done)/m.exec(bootstrapScript(settings))?.[0] ?? "exit 9";
            const input = `${part.replaceAll("/etc/", `${folder}/etc/`).replaceAll("/var/lib/", `${folder}/var/lib/`)}\necho $changed`;
            const { status, stdout, stderr } = spawnSync("sh", ["-eus"], { input, encoding: "utf8" });
            expect([status, stderr]).toEqual([0, ""]);
            return stdout.trim();
        });
        const read = (name: string): string => readFileSync(join(folder, "etc/apt", name), "utf8");
        const proxy = join(folder, "etc/apt/apt.conf.d/60pvesmb-proxy");
        return {
            changed,
            files: Object.fromEntries(Object.keys(files).map((name) => [name, read(name)])),
            proxy: existsSync(proxy) ? readFileSync(proxy, "utf8") : undefined,
        };
    } finally {
        rmSync(folder, { recursive: true });
    }
}

const sources = (settings: BootstrapSettings, files: Record<string, string>): Record<string, string> => runs([settings], files).files;

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

describe("a gateway that is there already", () => {
    const one = { mirror: "http://one.example/debian", proxy: "http://proxy.example:3128" };
    const deb = {
        "sources.list": list,
        "sources.list.d/debian.sources": "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main\n",
    };

    it("follows another mirror and another proxy, and is left alone when nothing is different", () => {
        const other = { mirror: "http://other.example/debian", proxy: "http://second.example:3128" };
        const { changed, files, proxy } = runs([one, one, other, other], deb);
        expect(changed).toEqual(["yes", "no", "yes", "no"]);
        expect(files).toEqual(sources(other, deb));
        expect(proxy).toContain('Acquire::https::Proxy "http://second.example:3128";');
    });

    it.each([
        ["as the template had them", deb],
        ["also where it had none", { "sources.list": "# none\n" }],
    ])("gets its sources back without a mirror, %s", (_, files) => {
        const found = runs([one, {}, {}], files);
        expect(found.changed).toEqual(["yes", "yes", "no"]);
        expect(found.files).toEqual(files);
        expect(found.proxy).toBeUndefined();
    });

    it("keeps what somebody has added by hand since", () => {
        const { files } = runs([one, {}], deb, (folder) =>
            appendFileSync(join(folder, "etc/apt/sources.list"), "deb http://own.example/debian bookworm main\n"),
        );
        expect(files["sources.list"]).toContain("deb http://own.example/debian");
        expect(files["sources.list"]).toContain("deb http://one.example/debian bookworm main contrib");
        expect(files["sources.list.d/debian.sources"]).toBe(deb["sources.list.d/debian.sources"]);
    });
});

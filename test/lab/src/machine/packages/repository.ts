import { mkdirSync, renameSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../run";
import { cached } from "./cache";
import type { DebianSources } from "./debian-sources";
import { nextRelease, ofNextRelease, release } from "./debian-sources";

/** What a guest of the lab may install, each group with all it depends on and recommends. Packages of different groups may exclude each other. */
const groups = [
    [
        "samba samba-vfs-modules samba-ad-provision smbclient acl attr winbind libnss-winbind libpam-winbind krb5-user ctdb cifs-utils",
        "ethtool wsdd avahi-daemon libnss-mdns xfsprogs btrfs-progs quota python3 rsync sudo lsof tdb-tools ldb-tools bind9-dnsutils bind9-host",
        "qemu-guest-agent unattended-upgrades nftables iptables",
    ].flatMap((line) => line.split(" ")),
    ["zfs-fuse"],
];

/** What a host of the next release may install: what pvesmb and its owner put on it. */
const ofHosts = ["samba samba-vfs-modules smbclient acl attr python3 sudo rsync lsof nftables needrestart".split(" ")];

/** A Debian archive with those packages, laid out as apt expects it: `deb http://deb.lab/debian bookworm main`. */
export const buildRepository = (template: string, sources: DebianSources): Promise<string> =>
    build("debian", { groups, template, from: sources.lines }, sources, { codename: release, suite: "oldstable" });

/** The same for hosts of the next release. */
export function buildNextRepository(template: string, sources: DebianSources): Promise<string> {
    const from = ofNextRelease(sources);
    const recipe = { groups: ofHosts, template, from: from.lines };
    return build(`debian-${nextRelease}`, recipe, from, { codename: nextRelease, suite: "stable" });
}

interface Recipe {
    groups: string[][];
    template: string;
    from: string[];
}

interface Suite {
    codename: string;
    suite: string;
}

function build(name: string, recipe: Recipe, sources: DebianSources, of: Suite): Promise<string> {
    const { groups, template } = recipe;
    return cached(name, recipe, async (path) => {
        const work = `${path}.work`;
        for (const dir of ["state/lists/partial", "cache/archives/partial", "etc/preferences.d", "etc/apt.conf.d"])
            mkdirSync(join(work, dir), { recursive: true });
        const env = await aptEnvironment(work, template, sources);
        await run(["apt-get", "update", "-qq"], { env });
        for (const group of groups) {
            const install = ["apt-get", "install", "-qq", "--yes", "--download-only", "-o", "APT::Install-Recommends=true", ...group];
            await run(install, { env, timeout: 1_800_000 });
        }
        publish(path, join(work, "cache/archives"));
        await index(path, of);
    });
}

/** An apt of its own that believes itself inside the template, so that exactly what a fresh guest lacks is fetched. */
async function aptEnvironment(work: string, template: string, sources: DebianSources): Promise<Record<string, string>> {
    writeFileSync(
        join(work, "status"),
        await run(["tar", "--extract", "--zstd", "--to-stdout", "--file", template, "./var/lib/dpkg/status"]),
    );
    writeFileSync(join(work, "etc/sources.list"), `${sources.lines.join("\n")}\n`);
    const config = [
        ...sources.options,
        `Dir::State "${work}/state";`,
        `Dir::State::status "${work}/status";`,
        `Dir::Cache "${work}/cache";`,
        `Dir::Etc "${work}/etc";`,
        'APT::Sandbox::User "root";',
        'Acquire::Languages "none";',
    ];
    writeFileSync(join(work, "apt.conf"), `${config.join("\n")}\n`);
    return { APT_CONFIG: join(work, "apt.conf"), DEBIAN_FRONTEND: "noninteractive" };
}

function publish(path: string, archives: string): void {
    const pool = join(path, "pool/main");
    mkdirSync(pool, { recursive: true });
    for (const file of readdirSync(archives).filter((name) => name.endsWith(".deb"))) {
        renameSync(join(archives, file), join(pool, file.replace(/%3a/gi, ":").replace(/_\d+:/, "_")));
    }
}

async function index(path: string, { codename, suite }: Suite): Promise<void> {
    const dist = `dists/${codename}`;
    const binary = join(path, dist, "main/binary-amd64");
    mkdirSync(binary, { recursive: true });
    const packages = await run(["apt-ftparchive", "packages", "pool"], { cwd: path });
    writeFileSync(join(binary, "Packages"), packages);
    await run(["gzip", "--keep", "-9n", join(binary, "Packages")]);
    const fields = { Origin: "Debian", Label: "Debian", Suite: suite, Codename: codename, Architectures: "amd64", Components: "main" };
    const options = Object.entries(fields).flatMap(([key, value]) => ["-o", `APT::FTPArchive::Release::${key}=${value}`]);
    writeFileSync(join(path, dist, "Release"), await run(["apt-ftparchive", ...options, "release", dist], { cwd: path }));
}

import { existsSync } from "node:fs";
import { run } from "../run";

/** Where this machine gets Debian from, read from its own apt so that mirrors, proxies and options are those its owner chose. */
export interface DebianSources {
    /** Lines for a sources.list. */
    lines: string[];
    /** apt's options for fetching: `Acquire::http::Proxy "..."` and so on. */
    options: string[];
}

export const release = "bookworm";
/** The release after it, for hosts that pvesmb did not make (`LAB_HOSTS=trixie`). */
export const nextRelease = "trixie";
/** Newer versions of single packages, for the release: `name/${backports}` in a recipe takes one from there. */
export const backports = `${release}-backports`;
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Rejects in one sentence when this machine has no Debian 12 sources. */
export async function debianSources(): Promise<DebianSources> {
    let lines = await configured();
    if (lines.length === 0) {
        await run(["apt-get", "update", "-qq"]); // A source's origin is known only after its first update.
        lines = await configured();
    }
    if (lines.length === 0) throw new Error(`this machine's apt has no Debian ${release} source: the lab builds its containers from one`);
    const config = (await run(["apt-config", "dump"])).split("\n");
    return { lines, options: config.filter((line) => /^Acquire::(http|https|Check|Retries|ForceIPv)/.test(line) && !line.includes('""')) };
}

export function withBackports({ lines, options }: DebianSources): DebianSources {
    const own = lines.filter((line) => line.includes(` ${release} `));
    return { options, lines: [...lines, ...own.map((line) => line.replace(` ${release} `, ` ${backports} `))] };
}

/** The same places, for the next release. */
export const ofNextRelease = ({ lines, options }: DebianSources): DebianSources => ({
    options,
    lines: lines.map((line) => line.replace(` ${release}`, ` ${nextRelease}`)),
});

async function configured(): Promise<string[]> {
    const format = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)";
    const out = await run(["apt-get", "indextargets", "--format", format, "Created-By: Packages"]);
    const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : "";
    const found = out
        .split("\n")
        .map((line) => line.split("|"))
        .filter(([, suite, component, origin]) => origin === "Debian" && component === "main" && suite?.startsWith(release))
        .map(([uri, suite, component]) => `deb ${signed}${uri} ${suite} ${component}`);
    return [...new Set(found)];
}

import { buildControllerTree } from "../../ad/image";
import { exclusively } from "../exclusively";
import { cacheDir } from "../layout";
import { debianSources } from "./debian-sources";
import { installHostPackages } from "./host-packages";
import { buildNodeTree, buildTemplate, templates, withNextRelease } from "./images";
import { buildNextRepository, buildRepository } from "./repository";

export interface Materials {
    /** Files by the templates' names. */
    templates: Record<string, string>;
    /** The nodes' file system. */
    tree: string;
    /** The Debian archive that the lab serves; of several directories, the first one that has a file. */
    repositories: string[];
}

/** What is made once per machine and then found there and in the cache, whichever lab comes first. `progress` gets a line per step. */
export const materials = (progress: (line: string) => void): Promise<Materials> => exclusively(cacheDir, () => make(progress));

/** The same for domain controllers. */
export const domainMaterials = (progress: (line: string) => void): Promise<unknown> =>
    exclusively(cacheDir, async () => {
        const sources = await debianSources();
        return slowly("the domain controllers' file system", () => buildControllerTree(sources), progress);
    });

async function make(progress: (line: string) => void): Promise<Materials> {
    await installHostPackages(progress);
    const sources = await debianSources();
    const build = (what: string, how: () => Promise<string>): Promise<string> => slowly(what, how, progress);
    const names = Object.keys(templates);
    const files = await Promise.all(names.map((name) => build(`the template ${name}`, () => buildTemplate(name, sources))));
    const [standard = ""] = files;
    const archive = "the Debian archive that the lab serves";
    const next = files[names.findIndex((name) => name.startsWith("debian-13-standard"))] ?? "";
    const [tree, ...repositories] = await Promise.all([
        build("the node's file system", () => buildNodeTree(sources)),
        build(archive, () => buildRepository(standard, sources)),
        ...(withNextRelease ? [build(`${archive}, for Debian 13`, () => buildNextRepository(next, sources))] : []),
    ]);
    return { templates: Object.fromEntries(names.map((name, index) => [name, files[index] ?? ""])), tree, repositories };
}

/** Says what is done if it is not in the cache. */
function slowly(what: string, how: () => Promise<string>, progress: (line: string) => void): Promise<string> {
    const slow = setTimeout(() => progress(`building ${what} (only this time; takes a minute or so)`), 500);
    return how().finally(() => clearTimeout(slow));
}

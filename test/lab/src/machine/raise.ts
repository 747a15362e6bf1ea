import { readFileSync, writeFileSync } from "node:fs";
import { Appliances } from "./appliances";
import { exclusively } from "./exclusively";
import { cacheDir, network, nodeKey, nodeLayout, resolvConf } from "./layout";
import { raiseLimits } from "./limits";
import { makeNetwork } from "./network";
import { LabNode } from "./node";
import { RealMachine } from "./real-machine";
import { run } from "./run";
import { buildNodeTree, buildTemplate, templates } from "./packages/images";
import { debianSources } from "./packages/debian-sources";
import { installHostPackages } from "./packages/host-packages";
import { buildRepository } from "./packages/repository";
import { startArchive } from "./services/archive";
import { startDns } from "./services/dns";
import { makeAuthority } from "./tls";

export interface Raised {
    machine: RealMachine;
    nodes: LabNode[];
}

/** Builds the whole lab below the API: packages, network, services, nodes. `progress` gets a line per step. */
export async function raise(names: string[], progress: (line: string) => void): Promise<Raised> {
    const built = await exclusively(cacheDir, () => materials(progress));
    raiseLimits();
    const layouts = names.map(nodeLayout);
    progress("network and services");
    writeFileSync(resolvConf, `search ${network.domain}\nnameserver ${network.services}\n`);
    const key = run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "pvesmb-lab", "-f", nodeKey]);
    await Promise.all([makeNetwork(layouts), key, makeAuthority()]);
    await Promise.all([startDns(layouts), startArchive(built.repository)]);
    progress(`nodes ${names.join(", ")}`);
    const setup = { tree: built.tree, authorizedKey: readFileSync(`${nodeKey}.pub`, "utf8"), nodes: layouts };
    const nodes = await Promise.all(layouts.map((layout) => LabNode.open(layout, setup)));
    const appliances = new Appliances(built.templates);
    const machine = new RealMachine(nodes, appliances);
    const stock = layouts.flatMap((layout) =>
        Object.keys(built.templates).map((name) =>
            appliances.fetch(name, `${layout.directories["/var/lib/vz"]}/template/cache/${name}`, () => undefined),
        ),
    );
    await Promise.all([...stock, ...names.map((name) => machine.powerOn(name))]);
    return { machine, nodes };
}

/** What is made once per machine and then found there and in the cache. */
async function materials(
    progress: (line: string) => void,
): Promise<{ templates: Record<string, string>; tree: string; repository: string }> {
    await installHostPackages(progress);
    const sources = await debianSources();
    const build = async (what: string, make: () => Promise<string>): Promise<string> => {
        const slow = setTimeout(() => progress(`building ${what} (only this time; takes a minute or so)`), 500);
        return make().finally(() => clearTimeout(slow));
    };
    const names = Object.keys(templates);
    const files = await Promise.all(names.map((name) => build(`the template ${name}`, () => buildTemplate(name, sources))));
    const [standard = ""] = files;
    const [tree, repository] = await Promise.all([
        build("the node's file system", () => buildNodeTree(sources)),
        build("the Debian archive that the lab serves", () => buildRepository(standard, sources)),
    ]);
    return { templates: Object.fromEntries(names.map((name, index) => [name, files[index] ?? ""])), tree, repository };
}

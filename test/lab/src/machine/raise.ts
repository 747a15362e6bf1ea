import { readFileSync, writeFileSync } from "node:fs";
import { Appliances } from "./appliances";
import { network, nodeKey, nodeLayout, resolvConf } from "./layout";
import { raiseLimits } from "./limits";
import { makeNetwork } from "./network";
import { LabNode } from "./node";
import { RealMachine } from "./real-machine";
import { run } from "./run";
import { materials } from "./packages/materials";
import { startArchive } from "./services/archive";
import { startDns } from "./services/dns";
import { makeAuthority } from "./tls";

export interface Raised {
    machine: RealMachine;
    nodes: LabNode[];
}

/** Builds the whole lab below the API: packages, network, services, nodes. `progress` gets a line per step. */
export async function raise(names: string[], progress: (line: string) => void): Promise<Raised> {
    const built = await materials(progress);
    raiseLimits();
    const layouts = names.map(nodeLayout);
    progress("network and services");
    writeFileSync(resolvConf, `search ${network.domain}\nnameserver ${network.services}\n`);
    const key = run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "pvesmb-lab", "-f", nodeKey]);
    await Promise.all([makeNetwork(layouts), key, makeAuthority()]);
    await Promise.all([startDns(layouts), startArchive(built.repositories)]);
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

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labUp } from "./support/lab";
import { repository } from "./support/package";
import { runDirectory } from "./support/run-directory";
import { gateway, program, quota, share, smallArgs, user } from "./support/program";
import { Stack } from "./support/stack";
import type { Deployment, StateResource } from "./support/stack";
import { workplace } from "./support/workplace";

/**
 * States that this and earlier versions of pvesmb wrote, with their programs: this version must find nothing to do. A preview contacts no
 * host, so most of this needs no lab. `PVESMB_RECORD=1` deploys a folder without a state in the lab and records it.
 */

const folder = join(repository, "test/states");
const stateOf = (name: string): string => join(folder, name, "state.json");
const names = readdirSync(folder);

/** Settings that pass check but are never used. */
const NOBODYS = {
    PROXMOX_VE_ENDPOINT: "https://pve1.example.org:8006",
    PROXMOX_VE_API_TOKEN: "pulumi@pve!states=00000000-0000-0000-0000-000000000000",
    PROXMOX_VE_SSH_AGENT: "true",
    SSH_AUTH_SOCK: "/nowhere",
};

async function stackOf(name: string, lab?: Awaited<ReturnType<typeof labUp>>): Promise<Stack> {
    return Stack.create({
        runDirectory: runDirectory(),
        program: { text: readFileSync(join(folder, name, "index.ts"), "utf8") },
        project: "states",
        within: lab?.within ?? ((argv) => [...argv]),
        environment: lab?.environment ?? NOBODYS,
    });
}

test.each(names)("%s gives an empty diff", async (name) => {
    if (!existsSync(stateOf(name)) && process.env["PVESMB_RECORD"] === "1") await record(name);
    const stack = await stackOf(name);
    try {
        await stack.importState(JSON.parse(readFileSync(stateOf(name), "utf8")) as Deployment);
        const { steps } = await stack.preview({ flags: ["--expect-no-changes"] });
        expect(steps.length).toBeGreaterThan(0);
        expect(new Set(steps.map(({ op }) => op))).toEqual(new Set(["same"]));
    } finally {
        stack.dispose();
    }
});

/** Inputs that the provider can choose. */
const CHOOSABLE = ["vmid", "uid", "gid", "path"];

/** Format 1 as in provider/model/migrations.ts. */
function inFormat1(resource: StateResource): StateResource {
    const { given, ...outputs } = resource.outputs ?? {};
    const gave = typeof given === "string" ? given.split(" ") : [];
    const chosen = CHOOSABLE.filter((name) => outputs[name] !== undefined && !gave.includes(name));
    const { __key: key, ...inputs } = resource.inputs ?? {};
    const more = { key, nonce: outputs["nonce"] ?? resource.id, v: 1, ...(chosen.length > 0 ? { chosen } : {}) };
    return { ...resource, inputs: { ...inputs, key }, outputs: { ...outputs, ...more } };
}

test("resources in format 1: refresh and up leave them so, a change brings what it changes up to date, destroy ends them", async () => {
    const vmids = { from: 5720, to: 5739 };
    const place = await workplace(vmids);
    const text = (comment: string): string =>
        program(
            gateway("files", { ...smallArgs("10.86.0.60", vmids), vmid: 5720 }),
            user("files", { user: "alice", password: "alice's long p4ssword" }, { uid: 20001, groups: ["crew"] }),
            'new pvesmb.SmbGroup("office", { gateway: files });',
            share("files", "docs", { alice: "change" }, { comment }),
            share("files", "pub", { alice: "read" }, { path: "/srv/pvesmb/public" }),
            share("files", "big", { alice: "full" }, { volume: { storage: "tank", initialSize: "32MiB" }, onDelete: "delete" }),
            quota("big", "limit", { limit: "48MiB" }),
        );
    const stack = await place.stack(text("Documents"));
    try {
        await stack.up();
        const state = await stack.exportState();
        const { resources = [] } = state.deployment;
        const old = resources.map((resource) => (resource.type.includes("pvesmb") ? inFormat1(resource) : resource));
        await stack.importState({ ...state, deployment: { ...state.deployment, resources: old } });
        await stack.refresh({ flags: ["--expect-no-changes"] });
        await stack.up({ flags: ["--expect-no-changes"] });
        const numbered = async (): Promise<number> => (await stack.resources()).filter(({ outputs }) => outputs?.["v"] === 1).length;
        expect(await numbered()).toBe(7);

        stack.write(text("Papers"));
        expect((await stack.up()).steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`)).toEqual(["update docs"]);
        expect(await numbered()).toBe(6);
        await stack.settled();
        await stack.destroy();
        expect(await stack.resources()).toEqual([]);
    } finally {
        await place.dispose();
    }
});

/** The state right after an up; a refresh must not change it. */
async function record(name: string): Promise<void> {
    const stack = await stackOf(name, await labUp());
    try {
        await stack.up();
        await stack.refresh({ flags: ["--expect-no-changes"] });
        const state = JSON.stringify(await stack.exportState(), undefined, 1);
        await stack.destroy();
        writeFileSync(stateOf(name), `${state}\n`);
    } finally {
        stack.dispose();
    }
}

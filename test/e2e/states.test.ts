import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labUp } from "./support/lab";
import { repository } from "./support/package";
import { runDirectory } from "./support/run-directory";
import { Stack } from "./support/stack";
import type { Deployment } from "./support/stack";

/**
 * States that earlier versions of pvesmb wrote, with the programs they came from: this version must see nothing to do in them. A preview
 * asks nobody, so none of this needs a lab. `PVESMB_RECORD=1` deploys a folder without a state in the lab and records it.
 */

const folder = join(repository, "test/states");
const stateOf = (name: string): string => join(folder, name, "state.json");
const names = readdirSync(folder);

async function stackOf(name: string, lab?: Awaited<ReturnType<typeof labUp>>): Promise<Stack> {
    return Stack.create({
        runDirectory: runDirectory(),
        program: { text: readFileSync(join(folder, name, "index.ts"), "utf8") },
        project: "states",
        within: lab?.within ?? ((argv) => [...argv]),
        environment: lab?.environment ?? {},
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

/** The state right after an up, and a refresh that must not change it. */
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

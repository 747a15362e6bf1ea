import * as pulumi from "@pulumi/pulumi";
import { createRequire } from "node:module";
import { join } from "node:path";

/** In this order: a folder without Pulumi's SDK is none of a project, as with an inline program of the Automation API. */
const NEEDED = {
    "@pulumi/pulumi/cmd/dynamic-provider": "run the program from the folder of a project that has @pulumi/pulumi and pvesmb",
    "pvesmb/runtime/v1": "add pvesmb to the dependencies of the project there (`npm install pvesmb`)",
};
let found = false;

/**
 * Pulumi loads the provider by name from the folder where the program runs, wherever the program itself got this package. Without this
 * check Pulumi would report a missing provider with a stack trace. Tests with mocks need no provider.
 */
export function needProvider(folder: string, hasEngine: boolean): void {
    if (found || !hasEngine) return;
    for (const [module, wayOut] of Object.entries(NEEDED))
        if (!resolves(module, folder))
            throw new pulumi.RunError(`Pulumi loads pvesmb's provider from ${folder}, where there is no ${module}: ${wayOut}`);
    found = true;
}

function resolves(module: string, folder: string): boolean {
    try {
        createRequire(join(folder, "index.js")).resolve(module);
        return true;
    } catch (error) {
        // Node reports any error other than an unknown name when Pulumi loads it.
        return !(error instanceof Error && error.message.includes(`'${module}'`));
    }
}

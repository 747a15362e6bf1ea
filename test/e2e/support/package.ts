import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { run } from "./process";
import { spending } from "./spent";

export const repository = resolve(__dirname, "../../..");

/** Not in bench and demo, which use this folder, too. */
export const inTests = process.env["JEST_WORKER_ID"] !== undefined;

interface Lock {
    packages: Record<string, { version?: string }>;
}

/** The provider as users get it: packed, and installed from the tarball once per run, with the versions in our lock file. */
export async function installed(runDirectory: string): Promise<string> {
    const finished = join(runDirectory, "installed");
    if (existsSync(finished)) return finished;
    const staging = join(runDirectory, "installing");
    await mkdir(staging, { recursive: true });
    // `npm pack` first builds into dist/. flock allows one at a time, also if several test runs start together.
    await run(["flock", join(repository, "node_modules"), "npm", "pack", "--silent", "--pack-destination", staging], { cwd: repository });
    const tarball = (await readdir(staging)).find((name) => name.endsWith(".tgz"));
    if (tarball === undefined) throw new Error("npm pack wrote no package");
    await copyFile(join(repository, "examples/first-share/package.json"), join(staging, "package.json"));
    const lock = JSON.parse(await readFile(join(repository, "package-lock.json"), "utf8")) as Lock;
    const pinned = ["@pulumi/pulumi", "typescript", "@types/node"].map(
        (name) => `${name}@${lock.packages[`node_modules/${name}`]?.version ?? "latest"}`,
    );
    await run(["npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", `./${tarball}`, ...pinned], {
        cwd: staging,
    });
    if (inTests) await removeMaps(join(staging, "node_modules"));
    await rename(staging, finished);
    return finished;
}

/** Pulumi's SDK asks for the program's line of each resource, and so for source maps of its own: a quarter of a second per operation. */
async function removeMaps(modules: string): Promise<void> {
    for (const scope of ["@pulumi", "@grpc"]) {
        const files = await readdir(join(modules, scope), { recursive: true });
        await Promise.all(files.filter((file) => file.endsWith(".js.map")).map((file) => rm(join(modules, scope, file))));
    }
}

/**
 * Gives a project its own `node_modules`: real folders with hard-linked files, because Node's module resolution treats a symbolic link
 * differently from an installed package.
 */
export async function installInto(project: string, runDirectory: string): Promise<void> {
    const from = await spending("npm", () => installed(runDirectory));
    await run(["cp", "--archive", "--link", join(from, "node_modules"), join(project, "node_modules")]);
}

/** The folder with the Pulumi CLI. On a machine without one, the first call builds it (3 minutes). */
export async function pulumiDirectory(): Promise<string> {
    return (await run([join(repository, "tools/pulumi-cli")], { timeout: 1200 })).stdout.trim();
}

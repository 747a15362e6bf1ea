import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { models } from "../model";
import { Names } from "./names";
import { docsFiles } from "./docs";
import { permissionsPage } from "./permission-docs";
import { type PackageInfo, schemaJson } from "./schema-json";
import { lintSchema } from "./schema-lint";
import { type GeneratedFile, sdkFiles } from "./sdk";

const root = resolve(__dirname, "../..");

/** Folders with generated files only. */
const folders = ["sdk/nodejs/generated", "docs/reference"];

/** All files derived from the models. */
function derived(): GeneratedFile[] {
    const names = new Names(models);
    const info = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as PackageInfo;
    const schema = schemaJson(info, models, names);
    const faults = lintSchema(schema);
    if (faults.length > 0) throw new Error(`schema.json:\n${faults.join("\n")}`);
    const permissions = { path: "docs/permissions.md", text: permissionsPage(readFileSync(join(root, "docs/permissions.md"), "utf8")) };
    return [...sdkFiles(models, names), ...docsFiles(models), permissions, { path: "schema.json", text: JSON.stringify(schema) }];
}

/** Writes the derived files; with `--check` only lists the outdated ones and fails. */
async function main(check: boolean): Promise<void> {
    const generated = new Map<string, string>();
    for (const { path, text } of derived())
        generated.set(path, await format(text, { ...(await resolveConfig(join(root, path))), filepath: path }));

    const stale = [...generated].filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text);
    const present = folders
        .filter((folder) => existsSync(join(root, folder)))
        .flatMap((folder) => readdirSync(join(root, folder)).map((file) => `${folder}/${file}`));
    const orphaned = present.filter((path) => !generated.has(path));
    if (check) {
        for (const path of [...stale.map(([path]) => path), ...orphaned])
            console.error(`generated file out of step: ${path}; run: npm run generate`);
        process.exitCode = stale.length + orphaned.length > 0 ? 1 : 0;
        return;
    }
    for (const path of orphaned) rmSync(join(root, path));
    for (const [path, text] of stale) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
        console.log(`generate: ${path}`);
    }
}

void main(process.argv.includes("--check"));

import * as z from "zod";
import type { Model } from "../model/meta";
import { bare, metaOf } from "../model/meta";
import { propertiesOf } from "../model/schema";
import type { Names } from "./names";
import { references } from "./references";
import { comment, HEAD, interfaces, typeText } from "./typescript";
import { type Field, fieldsOf } from "./shape";

export interface GeneratedFile {
    path: string;
    text: string;
}

/** `SmbShare` -> `smb-share` */
export const fileName = (kind: string): string => kind.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase();

/** The options that a kind hands on. */
const options: Record<string, string> = {
    SmbGateway: "protectData(args, opts, name)",
    SmbShare: "shareOptions(args, opts)",
    Quota: "quotaOptions(args, opts)",
};

/** Inputs that the SDK fills with something made of the resource's name. */
const named: Record<string, string> = { name: "name", hostname: "hostLabel(name)" };

export function sdkFiles(models: readonly Model[], names: Names): GeneratedFile[] {
    const folder = "sdk/nodejs/generated";
    const index = models.map(({ kind }) => `export * from "./${fileName(kind)}";\n`).join("");
    return [
        { path: `${folder}/index.ts`, text: `${HEAD}export * from "./inputs";\nexport * from "./outputs";\n${index}` },
        { path: `${folder}/inputs.ts`, text: interfaces(names, "input") },
        { path: `${folder}/outputs.ts`, text: interfaces(names, "output") },
        ...models.map((model) => ({ path: `${folder}/${fileName(model.kind)}.ts`, text: resourceFile(model, names) })),
    ];
}

function resourceFile(model: Model, names: Names): string {
    const inputs = fieldsOf(model.inputs);
    const outputs = fieldsOf(model.outputs);
    const code = [argsInterface(model, inputs, names), kindConstant(model, inputs, outputs), classOf(model, inputs, outputs, names)].join(
        "\n",
    );
    return [HEAD, imports(model, code), "\n", code].join("");
}

function argsInterface(model: Model, inputs: Field[], names: Names): string {
    const members = inputs.map((field) => {
        const reference = references.get(bare(field.schema));
        const like = reference ? `${reference.like} | ` : "";
        return `${comment(field)}${field.name}${field.optional ? "?" : ""}: ${like}pulumi.Input<${typeText(field.schema, names, "input")}>;\n`;
    });
    return `export interface ${model.kind}Args {\n${members.join("\n")}}\n`;
}

function kindConstant(model: Model, inputs: Field[], outputs: Field[]): string {
    const [chosen, given] = [inputs.filter(({ meta }) => meta.chosen), inputs.filter(({ meta }) => !meta.chosen)];
    const names = (fields: Field[]): string[] => fields.map(({ name }) => name);
    const secretOutputs = propertiesOf(model.outputs).flatMap(([name, schema]) => (metaOf(schema)?.secret ? [name] : []));
    const kind = {
        name: model.kind,
        inputs: names(given),
        outputs: names([...chosen, ...outputs]),
        secrets: secretPaths(model.inputs),
        secretOutputs,
    };
    return `const kind: Kind = ${JSON.stringify(kind)};\n`;
}

function secretPaths(object: z.ZodObject): string[][] {
    return propertiesOf(object).flatMap(([name, schema]) => {
        if (metaOf(schema)?.secret) return [[name]];
        const inner = bare(schema);
        return inner instanceof z.ZodObject ? secretPaths(inner).map((path) => [name, ...path]) : [];
    });
}

function classOf(model: Model, inputs: Field[], outputs: Field[], names: Names): string {
    const property = (field: Field): string => {
        const always = !field.optional || field.meta.chosen || field.meta.always || field.name in named;
        return `${comment(field)}declare readonly ${field.name}: pulumi.Output<${typeText(field.schema, names, "output")}${always ? "" : " | undefined"}>;\n`;
    };
    const extra = [
        ...inputs.filter(({ name }) => name in named).map(({ name }) => `${name}: args.${name} ?? ${named[name] ?? ""}`),
        ...inputs.flatMap(({ name, schema, optional }) => {
            const input = references.get(bare(schema))?.input;
            const given = `args.${name}`;
            return input === undefined ? [] : [`${name}: ${optional ? `${given} && ` : ""}${input}(${given})`];
        }),
    ];
    const [type, own] = [...references].find(([, { kind }]) => kind === model.kind) ?? [];
    const reference = own && type ? `/** ${own.meaning} */\nreadonly ref: pulumi.Output<${names.of(type)}>;\n` : "";
    return `/**
 * ${model.description}
 *
 * \`\`\`ts
${model.example.replace(/^/gm, " * ")}
 * \`\`\`
 */
export class ${model.kind} extends PvesmbResource {
${[...inputs, ...outputs].map(property).join("\n")}
${reference}
/**
 * @param name The resource's name in Pulumi.
 */
constructor(name: string, args: ${model.kind}Args, opts?: pulumi.CustomResourceOptions) {
    needArguments(kind, name, args);
    super(kind, name, { ...args, ${extra.join(", ")} }, ${options[model.kind] ?? "goingWith(args.gateway, opts)"});
    ${own ? `this.ref = ${own.own};` : ""}
    ${model.kind === "SmbShare" ? "this.unc = uncUnder(args.gateway, this.unc);" : ""}
}
}
`;
}

/** What generated classes use of the SDK's own modules. */
const HELPERS: Record<string, string[]> = {
    "../gateway": ["GatewayLike", "gatewayInput", "goingWith", "hostLabel", "protectData", "refOf"],
    "../share": ["ShareLike", "quotaOptions", "shareInput", "shareOptions", "shareRefOf", "uncUnder"],
    "../usable": ["needArguments"],
};

/** Imports of just those names that the code uses. */
function imports(model: Model, code: string): string {
    const uses = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(code);
    const all = (pattern: RegExp): string[] => [...new Set([...code.matchAll(pattern)].map(([name]) => name))].sort();
    const args = all(/\b[A-Z]\w+Args\b/g).filter((name) => name !== `${model.kind}Args`);
    const plain = all(/(?<=pulumi\.Output<)(?!Record\b)[A-Z]\w+/g);
    const helpers = Object.entries(HELPERS).flatMap(([module, names]) => {
        const used = names.filter(uses).map((name) => (/^[A-Z]/.test(name) ? `type ${name}` : name));
        return used.length > 0 ? [`import { ${used.join(", ")} } from "${module}";`] : [];
    });
    return [
        'import type * as pulumi from "@pulumi/pulumi";',
        ...helpers,
        'import { type Kind, PvesmbResource } from "../shim";',
        ...(args.length > 0 ? [`import type { ${args.join(", ")} } from "./inputs";`] : []),
        ...(plain.length > 0 ? [`import type { ${plain.join(", ")} } from "./outputs";`] : []),
        "",
    ].join("\n");
}

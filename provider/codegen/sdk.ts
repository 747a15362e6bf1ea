import { kindOf } from "../model/kind";
import { isReference, type Model, referenceOf, typeMetaOf } from "../model/meta";
import type { Names } from "./names";
import { comment, HEAD, interfaces, typeText } from "./typescript";
import { type Field, fieldsOf } from "./shape";

export interface GeneratedFile {
    path: string;
    text: string;
}

/** `SmbShare` -> `smb-share` */
export const fileName = (kind: string): string => kind.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase();

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
    const constant = `const kind: Kind = ${JSON.stringify(kindOf(model))};\n`;
    const code = [argsInterface(model, inputs, names), constant, classOf(model, inputs, outputs, names)].join("\n");
    return [HEAD, imports(model, code), "\n", code].join("");
}

function argsInterface(model: Model, inputs: Field[], names: Names): string {
    const members = inputs.map(({ name, schema, ...field }) => {
        const reference = referenceOf(schema);
        const one = reference && `ResourceWith<${names.of(reference)}> | pulumi.Input<${typeText(reference, names, "input")}>`;
        const text = one === undefined ? `pulumi.Input<${typeText(schema, names, "input")}>` : isReference(schema) ? one : `(${one})[]`;
        return `${comment({ name, schema, ...field })}${name}${field.optional ? "?" : ""}: ${text};\n`;
    });
    return `export interface ${model.kind}Args {\n${members.join("\n")}}\n`;
}

function classOf(model: Model, inputs: Field[], outputs: Field[], names: Names): string {
    const property = (field: Field): string => {
        const always = !field.optional || field.meta.chosen || field.meta.always || field.meta.autoName;
        return `${comment(field)}declare readonly ${field.name}: pulumi.Output<${typeText(field.schema, names, "output")}${always ? "" : " | undefined"}>;\n`;
    };
    const { reference: own } = model;
    const reference = own ? `/** ${typeMetaOf(own)?.reference} */\ndeclare readonly ref: pulumi.Output<${names.of(own)}>;\n` : "";
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
    super(kind, name, args, opts);
}
}
`;
}

/** Imports of only the names that the code uses. */
function imports(model: Model, code: string): string {
    const all = (pattern: RegExp): string[] => [...new Set([...code.matchAll(pattern)].map(([name]) => name))].sort();
    const args = all(/\b[A-Z]\w+Args\b/g).filter((name) => name !== `${model.kind}Args`);
    const plain = all(/(?<=(?:pulumi\.Output|ResourceWith)<)(?!Record\b)[A-Z]\w+/g);
    return [
        'import type * as pulumi from "@pulumi/pulumi";',
        'import type { Kind } from "../../../provider/base/kind";',
        `import { PvesmbResource${code.includes("ResourceWith<") ? ", type ResourceWith" : ""} } from "../shim";`,
        ...(args.length > 0 ? [`import type { ${args.join(", ")} } from "./inputs";`] : []),
        ...(plain.length > 0 ? [`import type { ${plain.join(", ")} } from "./outputs";`] : []),
        "",
    ].join("\n");
}

import { connectionInputs } from "../model/connection";
import { bare, type Model } from "../model/meta";
import { references } from "./references";
import type { GeneratedFile } from "./sdk";
import { fileName } from "./sdk";
import { type Field, fieldsOf, replaceText, type Shape, shapeOf } from "./shape";

const FOLDER = "docs/reference";
const HEAD = "<!-- Generated from provider/model by `npm run generate`; do not edit. -->\n\n";

/** One page per kind of resource, one for the connection, and an index. */
export function docsFiles(models: readonly Model[]): GeneratedFile[] {
    return [
        { path: `${FOLDER}/README.md`, text: indexPage(models) },
        { path: `${FOLDER}/connection.md`, text: connectionPage() },
        ...models.map((model) => ({ path: `${FOLDER}/${fileName(model.kind)}.md`, text: resourcePage(model) })),
    ];
}

function indexPage(models: readonly Model[]): string {
    const rows = models.map((model) => `| [${model.kind}](${fileName(model.kind)}.md) | ${cell(model.description)} |`);
    return `${HEAD}# Reference

| | |
|---|---|
${rows.join("\n")}
| [Connection](connection.md) | How Proxmox VE and its hosts are reached. |

Sizes are text with a binary unit (\`512MiB\`, \`4GiB\`), durations text with \`s\`, \`m\` or \`h\`. Different spellings of the same value are no change.
`;
}

function resourcePage(model: Model): string {
    const outputs = fieldsOf(model.outputs);
    return `${HEAD}# ${model.kind}

${model.description}

\`\`\`ts
${model.example}
\`\`\`

## Inputs

${table(fieldsOf(model.inputs))}

## Outputs

Every input is an output as well, as it was written${chosen(model)}. Further:

| Property | Type | Meaning |
|---|---|---|
${outputs.map((field) => `| \`${field.name}\` | ${typeCell(field.shape)} | ${cell(field.meta.description)} |`).join("\n")}
`;
}

function chosen(model: Model): string {
    const names = fieldsOf(model.inputs)
        .filter(({ meta }) => meta.chosen)
        .map(({ name }) => `\`${name}\``);
    return names.length === 0
        ? ""
        : `; ${names.join(", ")} ${names.length === 1 ? "has its value" : "have their values"} also when left out`;
}

function connectionPage(): string {
    return `${HEAD}# Connection

Each value comes from the resource's \`connection\` argument, else from the environment, else from stack config \`pvesmb:<property>\`. Prefer
the environment: stack config is kept in the state, and refresh and destroy use what was stored, old values included.

${table(fieldsOf(connectionInputs))}
`;
}

function table(fields: Field[]): string {
    return `| Property | Type | Default | Meaning |
|---|---|---|---|
${fields.flatMap((field) => rows(field, "")).join("\n")}`;
}

/** A row for the property, and below it rows for what is in it. */
function rows(field: Field, prefix: string): string[] {
    const { name, schema, shape } = field;
    const own = `| \`${prefix}${name}\` | ${typeCell(shape)} | ${defaultCell(field)} | ${meaning(field)} |`;
    const element = shape.kind === "array" || shape.kind === "record" ? shapeOf(shape.of) : shape;
    if (element.kind !== "object" || references.has(bare(schema))) return [own];
    if (element.object === connectionInputs && prefix === "") return [own];
    const inner = `${prefix}${name}${shape.kind === "array" ? "[]" : shape.kind === "record" ? ".*" : ""}.`;
    return [own, ...fieldsOf(element.object).flatMap((child) => rows(child, inner))];
}

function typeCell(shape: Shape): string {
    switch (shape.kind) {
        case "array":
            return `list of ${typeCell(shapeOf(shape.of))}`;
        case "record":
            return `map of ${typeCell(shapeOf(shape.of))}`;
        case "enum":
            return shape.values.map((value) => `\`${value}\``).join(", ");
        case "object":
            return references.has(shape.object)
                ? `${references.get(shape.object)?.kind} or its \`ref\``
                : shape.object === connectionInputs
                  ? "[connection](connection.md)"
                  : "object";
        default:
            return shape.kind;
    }
}

function defaultCell({ meta, optional, preset, shape }: Field): string {
    if (meta.defaultText !== undefined) return cell(meta.defaultText);
    if (!optional) return "required";
    if (preset === undefined || shape.kind === "object") return "";
    return cell(`\`${JSON.stringify(preset)}\``);
}

function meaning(field: Field): string {
    const { meta } = field;
    const replaces = replaceText(field);
    return cell(
        [
            meta.description + (meta.unit ? ` In ${meta.unit}.` : ""),
            ...(meta.env?.length ? [`Environment: ${meta.env.map((name) => `\`${name}\``).join(", ")}.`] : []),
            ...(meta.secret ? ["Secret."] : []),
            ...(replaces ? [`**${replaces}**`] : []),
            ...(meta.compare === "ignore" ? ["Used at creation; later changes do not touch what exists."] : []),
            ...(meta.deprecated ? [`Deprecated: ${meta.deprecated}`] : []),
        ].join(" "),
    );
}

const cell = (text: string): string =>
    text
        .replaceAll("|", "\\|")
        .replaceAll("\n", " ")
        .replaceAll(/<(?=[a-z])/g, "&lt;");

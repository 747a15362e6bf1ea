import { connectionInputs } from "../model/connection";
import { consequenceOf } from "../model/consequences";
import { isReference, type Model, referenceOf, typeMetaOf } from "../model/meta";
import { kindsReferredToBy } from "../model/registry";
import type { GeneratedFile } from "./sdk";
import { fileName } from "./sdk";
import { type Field, fieldsOf, meaningOf, type Shape, shapeOf } from "./shape";

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

Sizes are text with a binary unit (\`512MiB\`, \`4GiB\`), durations text with \`s\`, \`m\` or \`h\` (\`90s\`, \`15m\`). \`keepFor\` of a recycle bin takes
\`m\`, \`h\`, \`d\` or \`w\` (\`12h\`, \`30d\`). Different spellings of the same value are no change.
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

${table(fieldsOf(model.inputs), true)}

*When changed* says what an update does to what is there; a preview says the same of the changes in it. *Replaced* is the resource: it is
deleted, by the rules for that, and created again. *Refused* is the change, in the preview already.

## When it is deleted

${model.deletion} The preview of a replacement says so; that of a deletion cannot, since Pulumi asks no dynamic provider about it.

## Outputs

All inputs are also outputs, unchanged${chosen(model)}. In addition:

| Property | Type | Meaning |
|---|---|---|
${[...outputs.map((field) => `| \`${field.name}\` | ${typeCell(field.shape)} | ${cell(field.meta.description)} |`), ...referenceRow(model)].join("\n")}
`;
}

function referenceRow({ reference }: Model): string[] {
    const meaning = reference && typeMetaOf(reference)?.reference;
    return meaning === undefined ? [] : [`| \`ref\` | object | ${cell(meaning)} |`];
}

function chosen(model: Model): string {
    const names = fieldsOf(model.inputs)
        .filter(({ meta }) => meta.chosen)
        .map(({ name }) => `\`${name}\``);
    return names.length === 0 ? "" : `; ${names.join(", ")} ${names.length === 1 ? "has a value" : "have values"} even if omitted`;
}

function connectionPage(): string {
    return `${HEAD}# Connection

Each value comes from the resource's \`connection\` argument, else from the environment, else from stack config \`pvesmb:<property>\`. Prefer
the environment: stack config is kept in the state, and refresh and destroy use what was stored, old values included.

${table(fieldsOf(connectionInputs), false)}
`;
}

/** `lives`: whether the table shows what changes of the properties do. */
function table(fields: Field[], lives: boolean): string {
    return `| Property | Type | Default | Meaning |${lives ? " When changed |" : ""}
|---|---|---|---|${lives ? "---|" : ""}
${fields.flatMap((field) => rows(field, "", lives)).join("\n")}`;
}

/** A row for the property, followed by rows for its own properties. */
function rows(field: Field, prefix: string, lives: boolean): string[] {
    const { name, schema, shape } = field;
    const own = `| \`${prefix}${name}\` | ${typeCell(shape)} | ${defaultCell(field)} | ${meaning(field)} |${lives ? ` ${changeCell(field, prefix)} |` : ""}`;
    const element = shape.kind === "array" || shape.kind === "record" ? shapeOf(shape.of) : shape;
    if (element.kind !== "object" || referenceOf(schema) !== undefined) return [own];
    if (element.object === connectionInputs && prefix === "") return [own];
    const inner = `${prefix}${name}${shape.kind === "array" ? "[]" : shape.kind === "record" ? ".*" : ""}.`;
    return [own, ...fieldsOf(element.object).flatMap((child) => rows(child, inner, lives))];
}

/** What an update does. Properties of an object have their own rows; a list or map changes as a whole. */
function changeCell({ schema, shape, meta }: Field, prefix: string): string {
    if (/\[\]|\*/.test(prefix)) return "";
    const whole = shape.kind === "object" && !isReference(shape.object);
    if (meta.replace !== undefined) return cell(`${whole ? "added or removed: " : ""}**replaced**: ${meta.replace}`);
    if (meta.fixed !== undefined) return cell(`${whole ? "added or removed: " : ""}**refused**: ${meta.fixed}`);
    const { does, when } = consequenceOf(schema) ?? {};
    if (does !== undefined) return cell(when === undefined ? does : `${when}: ${does}`);
    return whole ? "" : "in place";
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
            return isReference(shape.object)
                ? `${kindsReferredToBy(shape.object).join(", ")} or its \`ref\``
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
    return cell(
        [
            meaningOf(field),
            ...(meta.env?.length ? [`Environment: ${meta.env.map((name) => `\`${name}\``).join(", ")}.`] : []),
            ...(meta.secret ? ["Secret."] : []),
            ...(meta.deprecated ? [`Deprecated: ${meta.deprecated}`] : []),
        ].join(" "),
    );
}

const cell = (text: string): string =>
    text
        .replaceAll("|", "\\|")
        .replaceAll("\n", " ")
        .replaceAll(/<(?=[a-z])/g, "&lt;");

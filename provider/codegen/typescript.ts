import type { z } from "zod";
import type { Names } from "./names";
import { type Field, fieldsOf, meaningOf, replaceText, shapeOf } from "./shape";

export const HEAD = "// Generated from provider/model by `npm run generate`; do not edit.\n";

/** TypeScript type of a value as users set it (everything may be an Input) or read it. */
export function typeText(schema: z.ZodType, names: Names, side: "input" | "output"): string {
    const wrap = (text: string): string => (side === "input" ? `pulumi.Input<${text}>` : text);
    const shape = shapeOf(schema);
    switch (shape.kind) {
        case "array":
            return `${wrap(typeText(shape.of, names, side))}[]`.replace(/^([^<]*\|.*)\[\]$/, "($1)[]");
        case "record":
            return `Record<string, ${wrap(typeText(shape.of, names, side))}>`;
        case "object":
            return names.of(schema) + (side === "input" ? "Args" : "");
        case "enum":
            return shape.values.map((value) => JSON.stringify(value)).join(" | ");
        case "integer":
            return "number";
        default:
            return shape.kind;
    }
}

/** A comment for editors: meaning, unit, default, consequences. */
export function comment(field: Field): string {
    const { meta, optional, preset } = field;
    const replaces = replaceText(field);
    const byDefault = meta.defaultText ?? (optional && preset !== undefined ? `\`${JSON.stringify(preset)}\`` : undefined);
    const lines = [
        meaningOf(field),
        ...(meta.env?.length ? [`Environment: ${meta.env.map((name) => `\`${name}\``).join(", ")}.`] : []),
        ...(byDefault === undefined ? [] : [`@default ${byDefault}`]),
        ...(replaces ? [replaces] : []),
        ...(meta.deprecated ? [`@deprecated ${meta.deprecated}`] : []),
    ];
    // Tags come last: editors treat the text after a tag as part of it.
    const ordered = [...lines.filter((line) => !line.startsWith("@")), ...lines.filter((line) => line.startsWith("@"))];
    return `/**\n${ordered.map((line) => ` * ${line.replaceAll("*/", "* /")}\n`).join("")} */\n`;
}

/** The interfaces of all named object types, for inputs or outputs. */
export function interfaces(names: Names, side: "input" | "output"): string {
    const bodies = names.types.flatMap((type) => {
        if (!("object" in type)) return [];
        const members = fieldsOf(type.object).map((field) => {
            const text = typeText(field.schema, names, side);
            const mark = field.optional ? "?" : "";
            return `${comment(field)}${field.name}${mark}: ${side === "input" ? `pulumi.Input<${text}>` : text};\n`;
        });
        return [`export interface ${type.name}${side === "input" ? "Args" : ""} {\n${members.join("\n")}}\n`];
    });
    const imports = side === "input" ? 'import type * as pulumi from "@pulumi/pulumi";\n' : "";
    return `${HEAD}${imports}\n${bodies.join("\n")}`;
}

import type { z } from "zod";
import { connectionInputs } from "../model/connection";
import { type Model, typeMetaOf } from "../model/meta";

import type { Names } from "./names";
import { type Field, fieldsOf, meaningOf, shapeOf } from "./shape";

type Json = Record<string, unknown>;

export interface PackageInfo {
    name: string;
    version: string;
    description: string;
    license: string;
}

/** Pulumi's package schema, used by SDKs of other languages, `pulumi package` and registries. */
export function schemaJson(info: PackageInfo, models: readonly Model[], names: Names): Json {
    const connection = propertiesOf(fieldsOf(connectionInputs), names);
    return {
        name: info.name,
        displayName: "Samba on Proxmox VE",
        version: info.version,
        description: info.description,
        keywords: ["pulumi", "category/infrastructure", "proxmox", "samba"],
        license: info.license,
        meta: { moduleFormat: "(.*)" },
        language: {
            nodejs: { packageName: info.name, respectSchemaVersion: true },
            python: { packageName: info.name, pyproject: { enabled: true }, respectSchemaVersion: true },
            go: { generateResourceContainerTypes: true, respectSchemaVersion: true },
            csharp: { respectSchemaVersion: true },
        },
        config: { variables: connection },
        provider: { description: "How Proxmox VE and its hosts are reached.", inputProperties: connection },
        types: Object.fromEntries(names.types.map((type) => [token(type.name), typeSpec(type, names)])),
        resources: Object.fromEntries(models.map((model) => [token(model.kind), resourceSpec(model, names)])),
    };
}

const token = (name: string): string => `pvesmb:index:${name}`;

function typeSpec(type: Names["types"][number], names: Names): Json {
    if ("values" in type)
        return { type: "string", description: type.description, enum: type.values.map((value) => ({ name: enumName(value), value })) };
    const fields = fieldsOf(type.object);
    return {
        type: "object",
        properties: propertiesOf(fields, names),
        required: fields.filter(({ optional }) => !optional).map(({ name }) => name),
    };
}

const enumName = (value: string): string => value.charAt(0).toUpperCase() + value.slice(1);

function resourceSpec(model: Model, names: Names): Json {
    const inputs = fieldsOf(model.inputs);
    const outputs = fieldsOf(model.outputs);
    const always = [...inputs, ...outputs].filter(({ optional, meta }) => !optional || meta.chosen || meta.always);
    const reference = referenceSpec(model, names);
    return {
        description: `${model.description}\n\n{{% examples %}}\n## Example Usage\n\n{{% example %}}\n\`\`\`typescript\n${model.example}\n\`\`\`\n{{% /example %}}\n{{% /examples %}}`,
        properties: { ...propertiesOf(inputs, names), ...propertiesOf(outputs, names), ...reference },
        required: [...always.map(({ name }) => name), ...Object.keys(reference)],
        inputProperties: propertiesOf(inputs, names),
        requiredInputs: inputs.filter(({ optional }) => !optional).map(({ name }) => name),
    };
}

/** The schema of a reference. SDKs build it from the resource's id and inputs (model/kind.ts); today only the Node SDK does. */
function referenceSpec({ reference }: Model, names: Names): Json {
    if (reference === undefined) return {};
    return { ref: { $ref: `#/types/${token(names.of(reference))}`, description: typeMetaOf(reference)?.reference } };
}

function propertiesOf(fields: Field[], names: Names): Json {
    return Object.fromEntries(fields.map((field) => [field.name, propertySpec(field, names)]));
}

/** Defaults are documented, not set: the provider applies them, so that inputs stay as the user wrote them in every language. */
function propertySpec({ schema, meta, preset }: Field, names: Names): Json {
    const byDefault = meta.defaultText ?? (preset === undefined ? undefined : `\`${JSON.stringify(preset)}\``);
    const description = [
        meaningOf({ schema, meta }),
        ...(byDefault === undefined ? [] : [`Default: ${byDefault}.`]),
        ...(meta.env?.length ? [`Environment: ${meta.env.map((name) => `\`${name}\``).join(", ")}.`] : []),
    ].join(" ");
    return {
        ...typeRef(schema, names),
        description,
        ...(meta.secret ? { secret: true } : {}),
        ...(meta.replace ? { willReplaceOnChanges: true } : {}),
        ...(meta.deprecated ? { deprecationMessage: meta.deprecated } : {}),
    };
}

function typeRef(schema: z.ZodType, names: Names): Json {
    const shape = shapeOf(schema);
    switch (shape.kind) {
        case "array":
            return { type: "array", items: typeRef(shape.of, names) };
        case "record":
            return { type: "object", additionalProperties: typeRef(shape.of, names) };
        case "object":
        case "enum":
            return { $ref: `#/types/${token(names.of(schema))}` };
        default:
            return { type: shape.kind };
    }
}

import * as z from "zod";
import { models } from "./registry";
import { bare, field, metaOf } from "./meta";
import { secretPaths } from "./kind";
import { featureNames } from "./permissions/features";
import { holdsSecret, propertiesOf } from "./schema";

test("metadata are seen through every wrapper; what would hide them is refused", () => {
    const secret = field(z.string(), { description: "x", secret: true });
    const wrapped = [secret.optional(), secret.default("a"), secret.nullable(), secret.prefault("a"), secret.readonly(), secret.catch("a")];
    for (const schema of [...wrapped, secret.optional().nonoptional()]) {
        expect(metaOf(schema)).toEqual({ description: "x", secret: true });
        expect(bare(schema)).toBe(secret);
    }
    for (const schema of [secret.transform(Number), z.lazy(() => secret), secret.pipe(z.string()), z.preprocess(String, secret)])
        expect(() => metaOf(schema)).toThrow("has no place in a model");
});

test("secrets are found wherever they are", () => {
    const secret = (): z.ZodType => field(z.string().optional(), { description: "x", secret: true });
    const plain = field(z.string(), { description: "x" });
    const schema = z.strictObject({
        a: field(z.array(z.strictObject({ b: secret(), c: plain })).default([]), { description: "x" }),
        d: field(z.record(z.string(), z.strictObject({ e: secret() })), { description: "x" }),
        f: field(z.array(z.string()), { description: "x", secret: true }),
    });
    expect(secretPaths(schema)).toEqual([["a", "*", "b"], ["d", "*", "e"], ["f"]]);
    for (const { inputs } of models) expect(secretPaths(inputs).length > 0).toBe(holdsSecret(inputs));
});

test("what properties refer to is there: inputs by their names, references by their resources, features by their users", () => {
    for (const model of models) {
        const inputs = propertiesOf(model.inputs).map(([name]) => name);
        for (const [, schema] of [...propertiesOf(model.inputs), ...propertiesOf(model.outputs)]) {
            const { follows, holdsData = [] } = metaOf(schema) ?? {};
            for (const name of [...(follows === undefined ? [] : [follows.input]), ...holdsData.map(({ path }) => path[0])])
                expect(inputs).toContain(name);
        }
        if (model.reference === undefined) continue;
        const parts = propertiesOf(model.reference);
        expect(parts.filter(([, schema]) => metaOf(schema)?.identity).map(([name]) => name)).toEqual(["id"]);
        for (const [name, schema] of parts.filter(([name]) => name !== "id"))
            expect(inputs).toContain((metaOf(schema)?.from ?? name).split(".")[0]);
    }
    expect(featureNames.filter((name) => !models.some(({ uses }) => uses.includes(name)))).toEqual([]);
});

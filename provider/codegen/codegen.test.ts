import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { models } from "../model";
import { kindOf } from "../model/kind";
import { field, type Model } from "../model/meta";
import { size } from "../model/size";
import { docsFiles } from "./docs";
import { Names, singular } from "./names";
import { schemaJson } from "./schema-json";
import { lintSchema } from "./schema-lint";
import { sdkFiles } from "./sdk";
import { fieldsOf, meaningOf, shapeOf } from "./shape";

const root = join(__dirname, "../..");
type Json = Record<string, Record<string, Record<string, unknown>>>;
const committed = (): Json => JSON.parse(readFileSync(join(root, "schema.json"), "utf8")) as Json;

test("the committed schema is that of the models", () => {
    const info = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Parameters<typeof schemaJson>[0];
    expect(JSON.parse(JSON.stringify(schemaJson(info, models, new Names(models))))).toEqual(committed());
});

test("it says no more than is there, and all of it: no plugin yet, and the `ref` of those that others refer to", () => {
    const schema = committed();
    expect(schema["keywords"]).not.toContain("kind/native");
    for (const { kind, reference } of models) {
        const { properties, required } = schema["resources"]![`pvesmb:index:${kind}`] as unknown as {
            properties: Json;
            required: string[];
        };
        const type = reference && `#/types/pvesmb:index:${kind.replace("Smb", "")}Ref`;
        expect([properties["ref"]?.["$ref"], required.includes("ref")]).toEqual([type, reference !== undefined]);
    }
});

test("twice the same, to the letter", () => {
    const all = (): string => JSON.stringify([sdkFiles(models, new Names(models)), docsFiles(models)]);
    expect(all()).toBe(all());
});

describe("the lint sees what Pulumi's metaschema lets pass", () => {
    const share = "pvesmb:index:SmbShare";
    test.each<[string, (schema: Json) => void, string]>([
        [
            "a misspelt key",
            (schema) => ((schema["resources"]![share]!["properties"] as Json)["name"]!["secrte"] = {}),
            "SmbShare.name: unknown key secrte",
        ],
        [
            "a dangling reference",
            (schema) => delete schema["types"]!["pvesmb:index:Timeouts"],
            "dangling reference #/types/pvesmb:index:Timeouts",
        ],
        [
            "a required name that is not there",
            (schema) => (schema["resources"]![share]!["requiredInputs"] as string[]).push("colour"),
            "requires colour",
        ],
        [
            "a property without words",
            (schema) => delete ((schema["resources"]![share]!["inputProperties"] as Json)["mode"] as Partial<Json>)["description"],
            "SmbShare (input).mode: has no description",
        ],
        [
            "Pulumi's own name",
            (schema) => ((schema["resources"]![share]!["properties"] as Json)["urn"] = { type: "string", description: "x" } as never),
            "SmbShare.urn: is Pulumi's own name",
        ],
        ["another token", (schema) => (schema["types"]!["pvesmb:SmbFoo"] = { type: "object" } as never), "pvesmb:SmbFoo: is no token"],
    ])("%s", (_, spoil, fault) => {
        const schema = committed();
        expect(lintSchema(schema)).toEqual([]);
        spoil(schema);
        expect(lintSchema(schema).join("\n")).toContain(fault);
    });
});

test("entries of a list are called by one word of its name", () => {
    const words = ["nodes", "aclEntries", "access", "addresses", "history", "extraNetworks"];
    expect(words.map(singular)).toEqual(["node", "aclEntry", "access", "address", "history", "extraNetwork"]);
});

test("what other languages cannot express is refused", () => {
    expect(() => shapeOf(z.union([z.string(), z.number(), z.boolean()]))).toThrow("union has no place in a model");
    expect(() => shapeOf(z.tuple([z.string()]))).toThrow("tuple has no place in a model");
});

test("only what the metadata say is filled in with the resource's name, whatever a property is called", () => {
    const inputs = z.strictObject({
        name: field(z.string().optional(), { description: "Of somebody else." }),
        label: field(z.string().optional(), { description: "Its own.", autoName: "as-is" }),
    });
    expect(kindOf({ ...models[0]!, inputs, reference: undefined, kind: "X" }).autoNames).toEqual({ label: "as-is" });
});

test("the bounds of a size are part of its meaning, also where it is optional or has a default", () => {
    const described = <T extends z.ZodType>(schema: T): T => field(schema, { description: "Some." });
    const inputs = z.strictObject({
        backups: described(size({ min: "1GiB" }).optional()),
        memory: described(size({ min: "128MiB", multipleOf: "1MiB" }).default("512MiB")),
        swap: described(size({ min: "0B", multipleOf: "1MiB" })),
        largest: described(size({ min: "1B" })),
    });
    expect(fieldsOf(inputs).map(meaningOf)).toEqual([
        "Some. At least 1GiB.",
        "Some. At least 128MiB, a multiple of 1MiB.",
        "Some. A multiple of 1MiB.",
        "Some.",
    ]);
});

test("a property without metadata is refused, and two types of one name", () => {
    const model = (inputs: z.ZodObject): Model => ({ ...models[0]!, inputs, kind: "X" });
    const described = <T extends z.ZodType>(schema: T): T => field(schema, { description: "Something." });
    expect(() => new Names([model(z.strictObject({ a: z.string() }))])).toThrow("property a has no metadata");
    const nested = z.strictObject({ bC: described(z.strictObject({})) });
    expect(
        () =>
            new Names([
                model(
                    z.strictObject({
                        a: described(nested),
                        aB: described(z.strictObject({ c: described(z.strictObject({})) })),
                        aBC: described(z.strictObject({})),
                    }),
                ),
            ]),
    ).toThrow("two types are called XABC");
});

test("secrets of the models are secret in the schema, and known to the SDK", () => {
    expect((committed()["resources"]!["pvesmb:index:SmbUser"]!["inputProperties"] as Json)["password"]).toMatchObject({ secret: true });
    expect((committed()["types"]!["pvesmb:index:Connection"]!["properties"] as Json)["apiToken"]).toMatchObject({ secret: true });
    const user = sdkFiles(models, new Names(models)).find(({ path }) => path.endsWith("smb-user.ts"))!.text;
    for (const path of ['["password"]', '["gateway","connection","apiToken"]', '["gateway","connection","ssh","privateKey"]'])
        expect(user).toContain(path);
});

import * as z from "zod";
import { GATEWAY, type Rows } from "../../test/support/bad-input/values";
import { fileName } from "../codegen/sdk";
import { models } from "../model";
import { bare, metaOf } from "../model/meta";
import { propertiesOf } from "../model/schema";
import type { Tree } from "../model/tree";
import { check } from "./check";

/** Each property malformed or out of range: the failure names the property and says what is valid. */

const network = { bridge: "vmbr0", address: "dhcp" };

/** Each kind has a file in test/support/bad-input with the name of its folder in provider/model. */
const table = new Map(models.map(({ kind }) => [kind, valuesOf(kind)]));

function valuesOf(kind: string): { good: Tree; rows: Rows } {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- found by the name of the kind, at once
    return require(`../../test/support/bad-input/${fileName(kind.replace(/^Smb/, ""))}`) as { good: Tree; rows: Rows };
}

/** Splits `a.b[0].c` into parts; a key of `options` stays whole. */
function partsOf(property: string): (string | number)[] {
    const raw = /^options\.(.*)$/s.exec(property);
    if (raw) return ["options", raw[1] ?? ""];
    return [...property.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => (index === undefined ? (name ?? "") : Number(index)));
}

/** Valid inputs with one value replaced, and the objects around it added. */
function withValue(kind: string, property: string, value: unknown): Tree {
    const inputs = structuredClone(table.get(kind)?.good ?? {});
    const ofExisting = /(^|gateway\.|gateways\[0\]\.)ssh\./.test(property);
    const around: Record<string, unknown> = {
        vmidRange: { from: 100, to: 200 },
        extraNetworks: [{ ...network, bridge: "vmbr1" }],
        data: property === "data.volume" || property === "data.bind" ? {} : { storage: "tank", size: "1GiB" },
        volume: { storage: "tank", size: "1GiB" },
        gateway: GATEWAY,
        gateways: [GATEWAY],
        users: [{ name: "alice", limit: "1GiB" }],
        groups: [{ name: "staff", limit: "1GiB" }],
        aclEntries: [{ ...(property === "aclEntries[0].group" ? {} : { user: "bob" }), permissions: "rwx" }],
        access: [property === "access[0].group" ? { level: "read" } : { user: "bob", level: "read" }],
        ssh: ofExisting ? { host: "files" } : {},
        jump: ofExisting ? { host: "jump" } : { address: "jump" },
        lockout: { attempts: 5 },
        idMap: { ids: 131_072 },
        credential: { user: "joiner" },
    };
    const parts = partsOf(property);
    let at: Record<string | number, unknown> = inputs;
    for (const part of parts.slice(0, -1)) at = (at[part] ??= structuredClone(around[part] ?? {})) as Record<string | number, unknown>;
    at[parts.at(-1) ?? ""] = value;
    return inputs;
}

/** All properties below a schema that are not objects. */
function leaves(schema: z.ZodType, at: string): [string, z.ZodType][] {
    const inner = bare(schema);
    if (inner instanceof z.ZodArray && bare(inner.element as z.ZodType) instanceof z.ZodObject)
        return leaves(inner.element as z.ZodType, `${at}[0]`);
    if (!(inner instanceof z.ZodObject)) return [[at, schema]];
    return propertiesOf(inner).flatMap(([name, child]) => (metaOf(child)?.hidden ? [] : leaves(child, at === "" ? name : `${at}.${name}`)));
}

/** Free text: any string is valid. */
const FREE = /(^|\.)(otp|passphrase)$/;

describe.each(models.map((model) => [model.kind, model] as const))("%s", (kind, model) => {
    const { good, rows: byProperty } = table.get(kind) ?? { good: {}, rows: {} };
    const rows = Object.entries(byProperty);

    test("the good inputs are good", () => {
        expect(check(model, good)).toEqual([]);
    });

    test("no property that could be malformed is missing in the table", () => {
        const free = ([path, schema]: [string, z.ZodType]): boolean => bare(schema) instanceof z.ZodBoolean || FREE.test(path);
        const covered = rows.map(([property]) => property.replace(/^options\..*/s, "options"));
        const missing = leaves(model.inputs, "")
            .filter((leaf) => !free(leaf))
            .map(([path]) => path);
        expect(missing.filter((path) => !covered.includes(path))).toEqual([]);
    });

    test.each(rows.flatMap(([property, values]) => values.map((value) => [property, value] as const)))("%s: %j", (property, value) => {
        const failures = check(model, withValue(kind, property, value));
        expect(failures.length).toBeGreaterThan(0);
        const [own] = failures;
        // The failure may be about a part of the value; near secrets only its text names the property (pulumi.md 5).
        const told = `${own?.property}: ${own?.reason}`.replace(/^: /, "");
        expect(
            partsOf(told.slice(0, told.indexOf(": ")).replace(/\[(".*")\]$/s, (_, key: string) => `.${JSON.parse(key)}`))
                .slice(0, partsOf(property).length)
                .join("."),
        ).toBe(partsOf(property).join("."));
        expect(own?.reason).toMatch(
            /must|needs?\b|is required|is (set|refused|not |chosen|reserved|for )|at (least|most)|one of|attaches|requires?\b|cannot be/,
        );
    });

    test.each(leaves(model.inputs, ""))("%s of another kind", (property, schema) => {
        const wrong = bare(schema) instanceof z.ZodObject ? 1 : { a: { b: 1 } };
        const failures = check(model, withValue(kind, property, bare(schema) instanceof z.ZodRecord ? 1 : wrong));
        expect(failures.map(({ property: named, reason }) => `${named}: ${reason}`).join("\n")).toContain("must be");
    });
});

import { runInNewContext } from "node:vm";
import { shareModel } from "../../provider/model";
import { toState } from "../../provider/model/state";
import type { Tree } from "../../provider/model/tree";
import { quotasProgram, SAME_SHAPE_MODULE, sameShapeProgram, sessionsProgram, trivialProgram } from "./programs";

/** What the program registers with Pulumi, without Pulumi. */
function registered(text: string): { name: string; properties: Record<string, string>; dependsOn: unknown[] }[] {
    const found: { name: string; properties: Record<string, string>; dependsOn: unknown[] }[] = [];
    function CustomResource(
        _type: string,
        name: string,
        properties: Record<string, string>,
        { dependsOn }: { dependsOn: unknown[] },
    ): void {
        found.push({ name, properties, dependsOn });
    }
    const plain = text.replace(/^import .*$/m, "").replace("name: string, dependsOn: pulumi.Resource[] = []", "name, dependsOn = []");
    runInNewContext(plain, { pulumi: { CustomResource } });
    return found;
}

test("the trivial program has the graph of the real one: a gateway, a user on it, shares on both", () => {
    const found = registered(trivialProgram(2, 4000));
    expect(found.map(({ name, dependsOn }) => [name, dependsOn.length])).toEqual([
        ["gateway", 0],
        ["user", 1],
        ["share1", 2],
        ["share2", 2],
    ]);
});

test("more state means more ballast, in inputs and outputs alike", () => {
    const ballast = (bytes: number): number => registered(trivialProgram(0, bytes))[0]?.properties["ballast"]?.length ?? -1;
    expect(ballast(6000) - ballast(4000)).toBe(1000);
    expect(ballast(0)).toBe(0);
});

test("its provider creates and reads without doing anything", async () => {
    const text = registered(trivialProgram(0, 0))[0]?.properties["__provider"] ?? "";
    const exports: { handler?: () => Record<"create" | "read", (...args: unknown[]) => Promise<unknown>> } = {};
    runInNewContext(text, { exports });
    const provider = exports.handler?.();
    expect(await provider?.create({ a: 1 })).toEqual({ id: "x", outs: { a: 1 } });
    expect(await provider?.read("x", { a: 1 })).toEqual({ id: "x", props: { a: 1 }, inputs: { a: 1 } });
});

test("resources of the same shape have the properties of a share's state, and their refresh sees no change", async () => {
    const found: [string, Tree][] = [];
    function CustomResource(this: { id: string }, _type: string, name: string, properties: Tree): void {
        this.id = name;
        found.push([name, properties]);
    }
    const plain = sameShapeProgram(2)
        .replace(/^import .*$/m, "")
        .replace("name: string, inputs: pulumi.Inputs", "name, inputs");
    runInNewContext(plain, { pulumi: { CustomResource, getStack: () => "dev", getProject: () => "bench" } });
    expect(found.map(([name]) => name)).toEqual(["gateway", "user", "share1", "share2"]);

    const { __provider: text, ...inputs } = found[2]?.[1] ?? {};
    expect(text).toBe('exports.handler=()=>require("bench-twin").provider');
    expect(inputs["key"]).toBe("urn:pulumi:dev::bench::pulumi-nodejs:dynamic/bench:Twin::share1");
    const exports: { provider?: Record<"create" | "read", (...args: unknown[]) => Promise<Record<string, Tree>>> } = {};
    runInNewContext(SAME_SHAPE_MODULE, { exports });
    const { outs = {} } = (await exports.provider?.create(inputs)) ?? {};
    const { key: _key, ...own } = inputs;
    const state = toState(shareModel, own, { path: "/srv/pvesmb/share1", unc: "\\\\10.86.0.63\\share1" });
    expect(outs).toEqual(state);
    expect(await exports.provider?.read("x", outs)).toEqual({ id: "x", props: outs });
});

describe("one SSH session per share", () => {
    const ran = (by: "remote.Command" | "dynamic"): [string, string, Record<string, string>][] => {
        const found: [string, string, Record<string, string>][] = [];
        function CustomResource(type: string, name: string, properties: Record<string, string>): void {
            found.push([type, name, properties]);
        }
        const plain = sessionsProgram(2, by)
            .replace(/^import .*$/m, "")
            .replace("name: string, create: string", "name, create");
        class Config {
            require = (name: string): string => name;
            requireSecret = this.require;
        }
        runInNewContext(plain, { pulumi: { CustomResource, Config } });
        return found;
    };

    test("each has a script of its own share, whoever runs it", () => {
        for (const [by, type] of [
            ["remote.Command", "command:remote:Command"],
            ["dynamic", "pulumi-nodejs:dynamic/bench:Session"],
        ] as const) {
            const found = ran(by);
            expect(found.map(([each, name]) => [each, name])).toEqual([
                [type, "share1"],
                [type, "share2"],
            ]);
            expect(found[1]?.[2]["create"]).toContain("[share2]\ncomment = A share of the bench\npath = /srv/pvesmb/share2\n");
            expect(found[1]?.[2]["create"]).not.toContain("share1");
        }
    });

    test("its provider is a text that gives one with a create", () => {
        const exports: { handler?: () => Record<string, unknown> } = {};
        runInNewContext(ran("dynamic")[0]?.[2]["__provider"] ?? "", { exports });
        expect(Object.keys(exports.handler?.() ?? {})).toEqual(["create"]);
    });
});

test("quotas stand on the first shares", () => {
    expect(quotasProgram(3, 2)).toMatch(/i <= 3; i\+\+[^]*if \(i <= 2\) new pvesmb\.Quota/);
});

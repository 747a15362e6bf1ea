import { writeFileSync } from "node:fs";
import type { Step } from "../batch";
import { Bench, run, unit } from "../../../test/support/hosts/local-host";

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

describe("reserve", () => {
    const reserve = (name: string, more: object = {}): Step => ({
        do: "reserve",
        id: name,
        file: bench.at("ids"),
        space: "uid",
        name,
        from: 0,
        to: 60000,
        least: 1,
        most: 65533,
        taken: "passwd",
        ...more,
    });
    const value = async (...args: Parameters<typeof reserve>): Promise<unknown> =>
        (await bench.fine(reserve(...args))).steps[args[0]]!.value;

    it("keeps a number per name, none that is taken, the host's own for a name it has", async () => {
        const first = await value("alice", { from: 30000 });
        expect([first, await value("bob", { from: 30000 }), await value("alice", { from: 30000 })]).toEqual([30000, 30001, 30000]);
        expect(await value("daemon")).toBe(1);
        expect(await value("carol", { space: "other", from: 1, to: 60000 })).not.toBe(1);
        expect((JSON.parse(bench.read("ids")) as { reserved: unknown }).reserved).toMatchObject({
            uid: { alice: 30000, bob: 30001, daemon: 1 },
        });
    });

    it.each<[string, object, string]>([
        ["another's reservation", { want: 30000 }, "uid 30000 is reserved for alice"],
        ["an account of the host", { want: 1 }, "uid 1 belongs to the host's user daemon"],
    ])("insisting on %s is a conflict", async (_, more, message) => {
        await value("alice", { from: 30000 });
        expect(await bench.broken(reserve("bob", more))).toMatchObject({ kind: "Conflict", message });
    });

    it("a reserved name cannot get another number; a full range is an error", async () => {
        await value("alice", { from: 30000, to: 30000 });
        expect((await bench.broken(reserve("alice", { want: 30001 }))).message).toBe(
            "alice has uid 30000, which never changes; set that one instead of 30001, or leave it out",
        );
        expect((await bench.broken(reserve("bob", { from: 30000, to: 30000 }))).message).toBe("every uid from 30000 to 30000 is in use");
    });

    it("goes over to another name, and the one before is free", async () => {
        await value("alice", { from: 30000 });
        await value("carol", { from: 30000 });
        expect(await value("anna", { from: 30000, formerly: "alice" })).toBe(30000);
        expect(await value("anna", { from: 30000, formerly: "alice" })).toBe(30000);
        expect(await value("alice", { from: 30000 })).toBe(30002);
        expect(await bench.broken(reserve("carol", { formerly: "anna" }))).toMatchObject({
            kind: "Conflict",
            message: expect.stringContaining("uid 30000 belongs to anna, but carol has 30001 from an earlier account") as string,
        });
        expect(await bench.broken(reserve("eve", { formerly: "anna", want: 30009 }))).toMatchObject({ kind: "Conflict" });
        expect(await value("eve", { formerly: "nobody-known", from: 30000 })).toBe(30003);
    });

    it("goes back to the former name when its unit fails, whatever a neighbour does in the file", async () => {
        await value("alice", { from: 30000 });
        const { units } = await bench.run({
            units: [unit("a", reserve("anna", { formerly: "alice" }), run("false")), unit("b", reserve("bob", { from: 30000 }))],
        });
        expect([units["a"]!.ok, units["b"]!.ok]).toEqual([false, true]);
        expect(JSON.parse(bench.read("ids"))).toEqual({ reserved: { uid: { alice: 30000, bob: 30001 } } });
    });

    it("a failing unit gives its number back, its neighbour keeps its own", async () => {
        const { units } = await bench.run({
            units: [unit("a", reserve("alice", { from: 30000 }), run("false")), unit("b", reserve("bob", { from: 30000 }))],
        });
        expect([units["a"]!.ok, units["b"]!.ok]).toEqual([false, true]);
        expect(JSON.parse(bench.read("ids"))).toEqual({ reserved: { uid: { bob: 30000 } } });
    });

    /** Root of another gateway with the same data; the line would be an account of root's in what pdbedit imports. */
    const LINE = "10000:XX:HASH:[U          ]:LCT-00000000:\nroot:0";
    it.each<[unknown]>([[0], [-1], [65534], [70000], [1.5], [true], ["10000"], [LINE], [null], [[10000]]])(
        "a number that pvesmb gives to nobody is not used: %p",
        async (number) => {
            writeFileSync(bench.at("ids"), JSON.stringify({ reserved: { uid: { alice: number, bob: 30000 } } }));
            for (const step of [reserve("alice"), reserve("anna", { formerly: "alice" })])
                expect(await bench.broken(step)).toMatchObject({
                    kind: "Conflict",
                    message: expect.stringMatching(
                        /ids: uid of alice is .*, which pvesmb gives to nobody: somebody else wrote it/s,
                    ) as string,
                });
            expect(await value("carol", { from: 30000 })).toBe(30001);
        },
    );

    it.each([
        ...["[]", "5", "null", '{"reserved": []}', '{"reserved": {"uid": 5}}', '{"facts": 1}', "x"].map((text) => [text, text]),
        ["lists without end", "[".repeat(100_000)],
    ])("a file of another form is named: %s", async (_, text = "") => {
        writeFileSync(bench.at("ids"), text);
        expect((await bench.broken(reserve("alice"))).message).toMatch(/ids: this is not what pvesmb wrote$/);
    });
});

it("remember keeps the first value", async () => {
    const step = (value: string): Step => ({ do: "remember", id: "x", file: bench.at("facts"), key: "sid", value });
    expect((await bench.fine(step("S-1"))).steps["x"]).toEqual({ changed: true, value: "S-1" });
    expect((await bench.fine(step("S-2"))).steps["x"]).toEqual({ changed: false, value: "S-1" });
});

it.each(["5", "null", "{}", '["S-1"]'])("a fact of another form is named: %s", async (fact) => {
    writeFileSync(bench.at("facts"), `{"facts": {"sid": ${fact}}}`);
    expect((await bench.broken({ do: "remember", file: bench.at("facts"), key: "sid", value: "S-2" })).message).toMatch(
        /facts: this is not what pvesmb wrote$/,
    );
});

it("known names the accounts that the host does not have", async () => {
    const ask = (users: string[], groups: string[]): Step => ({ do: "known", users, groups, message: "access" });
    expect((await bench.fine(ask(["root", "daemon"], ["root"]))).changed).toBe(false);
    expect((await bench.broken(ask(["root", "nobody-here"], ["no-group"]))).message).toBe("access: user nobody-here, group no-group");
});

it("known names the properties that name them", async () => {
    const places = {
        "user nobody-here": "access[0].user",
        "user nor-here": "access[0].user",
        "group root": "group",
        "group no-group": "access[1].group",
    };
    const step: Step = {
        do: "known",
        users: ["nobody-here", "nor-here"],
        groups: ["root", "no-group"],
        places,
        message: "no such account",
    };
    expect((await bench.broken(step)).message).toBe(
        "access[0].user, access[1].group: no such account: user nobody-here, user nor-here, group no-group",
    );
});

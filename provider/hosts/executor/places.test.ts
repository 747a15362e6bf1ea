import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { Others, Place, Step } from "../batch";
import { Bench, unit, write } from "../../../test/support/hosts/local-host";

let bench: Bench;
beforeEach(() => {
    bench = new Bench();
    mkdirSync(bench.at("d"));
    mkdirSync(bench.at("data/docs/deep"), { recursive: true });
});
afterEach(() => bench.dispose());

const fragment = (name: string, path: string, more = {}): string =>
    `# pvesmb 1 ${JSON.stringify({ key: `urn::${name}`, nonce: `nonce of ${name}`, ...more })}\n[${name}]\n\tpath = ${path}\n`;
const has = (name: string, path: string, more = {}): void => writeFileSync(bench.at("d", `${name}.conf`), fragment(name, path, more));
const others = (): Others[] => [
    { kind: "share", from: bench.at("d"), suffix: ".conf", name: "^\\[(.*)\\]$", path: "^\\tpath = (.*?)(/%S)?$", holds: "home of" },
    { kind: "home of", within: userInfo().homedir },
];
const SAYS = { same: "same: {other}", inside: "inside: {other}", around: "around: {other}" };
const apart = (mine: Omit<Place, "kind"> & { kind?: string }, refuse = SAYS, own = {}): Step => ({
    do: "apart",
    id: "apart",
    mine: { kind: "share", ...mine },
    others: others(),
    own: { files: [], ...own },
    refuse,
});
const value = async (...args: Parameters<typeof apart>): Promise<unknown> => (await bench.fine(apart(...args))).steps["apart"];

describe("apart", () => {
    it.each([
        ["data/docs", "same"],
        ["data/docs/", "same"],
        ["data", "inside"],
        ["data/docs/deep", "around"],
        ["data/docs/not/there", "around"],
    ])("%s is refused, with what lies where (%s)", async (path, how) => {
        has("docs", bench.at("data/docs"));
        expect(await bench.broken(apart({ path: bench.at(path) }))).toMatchObject({
            kind: "InvalidInput",
            message: `${how}: share docs (${bench.at("data/docs")})`,
        });
    });

    it("lets directories be side by side, also those whose names begin alike, and those that are not there", async () => {
        has("docs", bench.at("data/docs"));
        has("gone", bench.at("data/gone/for/good"));
        expect(await value({ path: bench.at("data/docs-old") })).toMatchObject({ changed: false, overlaps: [], value: "" });
        expect((await bench.broken(apart({ path: bench.at("data/gone/for") }))).message).toMatch(/^inside: share gone/);
    });

    it("knows a directory by what it is, whatever it is called", async () => {
        has("docs", bench.at("data/docs"));
        mkdirSync(bench.at("again"));
        execFileSync("mount", ["--bind", bench.at("data"), bench.at("again")]);
        try {
            expect((await bench.broken(apart({ path: bench.at("again/docs") }))).message).toMatch(/^same: share docs/);
            expect((await bench.broken(apart({ path: bench.at("again/docs/deep/er") }))).message).toMatch(/^around: share docs/);
            expect((await bench.broken(apart({ path: bench.at("again") }))).message).toMatch(/^inside: share docs/);
        } finally {
            execFileSync("umount", [bench.at("again")]);
        }
    });

    it("leaves out what is one's own: by file, key or nonce", async () => {
        has("docs", bench.at("data/docs"));
        const path = bench.at("data/docs");
        for (const own of [{ files: [bench.at("d/docs.conf")] }, { key: "urn::docs" }, { nonce: "nonce of docs" }])
            expect(await value({ path }, SAYS, own)).toMatchObject({ overlaps: [] });
        expect((await bench.broken(apart({ path }, SAYS, { key: "urn::doc" }))).message).toMatch(/^same/);
    });

    it("sees what another unit of the same batch made, and no longer what was taken back", async () => {
        const makes = (name: string, more: Step[] = []) =>
            unit(
                name,
                apart({ path: bench.at("data/docs") }),
                write(bench.at("d", `${name}.conf`), fragment(name, bench.at("data/docs"))),
                ...more,
            );
        const both = await bench.run({ units: [makes("one"), makes("two")] });
        expect([both.units["one"]?.ok, both.units["two"]]).toMatchObject([
            true,
            { ok: false, message: expect.stringContaining("share one") as string },
        ]);
        execFileSync("rm", [bench.at("d/one.conf")]);
        const broken: Step = { do: "require", path: bench.at("nothing"), is: "file", message: "no" };
        const second = await bench.run({ units: [makes("one", [broken]), makes("two")] });
        expect([second.units["one"]?.ok, second.units["two"]?.ok]).toEqual([false, true]);
    });

    it("sees a file that was changed since it was read", async () => {
        has("docs", bench.at("data/docs"));
        expect((await bench.broken(apart({ path: bench.at("data/docs") }))).message).toMatch(/^same/);
        has("docs", bench.at("data/else"));
        expect(await value({ path: bench.at("data/docs") })).toMatchObject({ overlaps: [] });
    });

    it("tells what it does not refuse", async () => {
        has("docs", bench.at("data/docs"));
        expect(await value({ path: bench.at("data") }, {} as typeof SAYS)).toMatchObject({
            overlaps: [`share docs (${bench.at("data/docs")})`],
        });
    });

    it("lets a view be beside the one that has the directory, and says whose it is; not two without one", async () => {
        const path = bench.at("data/docs");
        has("docs", path);
        expect(await value({ path, view: true })).toMatchObject({ value: `share docs (${path})`, overlaps: [] });
        has("shown", path, { view: true });
        expect(await value({ path, view: true })).toMatchObject({ value: `share docs (${path})`, overlaps: [] });
        execFileSync("rm", [bench.at("d/docs.conf")]);
        expect((await bench.broken(apart({ path, view: true }))).message).toMatch(/^same: share shown/);
        expect(await value({ path })).toMatchObject({ overlaps: [], value: "" });
        expect((await bench.broken(apart({ path, alone: true }))).message).toMatch(/^same: share shown/);
    });

    it("lets homes be in what holds them, and nowhere else", async () => {
        has("homes", `${bench.at("data/folk")}/%S`);
        has("docs", bench.at("data/docs"));
        const home = (path: string) => apart({ kind: "home of", path: bench.at(path) });
        expect((await bench.fine(home("data/folk/eva"))).changed).toBe(false);
        expect((await bench.broken(home("data/docs/eva"))).message).toMatch(/^around: share docs/);
        expect((await bench.broken(home("data/folk"))).message).toMatch(/^same: share homes/);
        expect((await bench.broken(apart({ path: bench.at("data/folk/eva") }))).message).toMatch(/^around: share homes/);
    });

    it("refuses a second one that holds the same, wherever it lies", async () => {
        has("homes", `${bench.at("data/folk")}/%S`);
        const holds = (path: string): Step =>
            apart({ path: bench.at(path), holds: "home of" }, { ...SAYS, twice: "twice: {other}" } as typeof SAYS);
        expect((await bench.broken(holds("data/pupils"))).message).toBe(`twice: share homes (${bench.at("data/folk")})`);
        expect((await bench.fine(apart({ path: bench.at("data/pupils") }))).changed).toBe(false);
        execFileSync("rm", [bench.at("d/homes.conf")]);
        expect((await bench.fine(holds("data/pupils"))).changed).toBe(false);
    });

    it("knows the homes of the host's accounts", async () => {
        const homes = execFileSync("getent", ["passwd"])
            .toString()
            .split("\n")
            .map((line) => line.split(":")[5] ?? "");
        const home = homes.find((each) => each.split("/").length > 2) ?? "";
        const within = home.slice(0, home.lastIndexOf("/"));
        const step: Step = {
            do: "apart",
            mine: { kind: "share", path: `${home}/below` },
            others: [{ kind: "home of", within }],
            own: { files: [] },
            refuse: SAYS,
        };
        expect((await bench.broken(step)).message).toMatch(new RegExp(`^around: home of .*${home}`));
    });
});

test("steps that depend on whose a directory is", async () => {
    has("docs", bench.at("data/docs"));
    const marks = (path: string): Step[] => [
        {
            do: "apart",
            id: "whose",
            mine: { kind: "share", path: bench.at(path), view: true },
            others: others(),
            own: { files: [] },
            refuse: SAYS,
        },
        { ...write(bench.at("empty"), path), ifEmpty: ["whose"] },
        { ...write(bench.at("full"), path), ifFull: "whose" },
    ];
    await bench.fine(...marks("data/docs"));
    await bench.fine(...marks("data/other"));
    expect([bench.read("full"), bench.read("empty")]).toEqual(["data/docs", "data/other"]);
});

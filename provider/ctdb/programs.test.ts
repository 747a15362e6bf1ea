import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asset } from "../base/asset";

/** The check of a shared directory, with processes in place of gateways. */

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "coherence-"));
    for (const name of ["shared", "other", "local0", "local1"]) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Answer {
    faults: [string, string][];
    unseen?: number[];
    file?: number[];
}

function examined(places: readonly { directory: string; lock: string; before?: string }[]): Promise<Answer[]> {
    return Promise.all(
        places.map(
            ({ directory, lock, before = "" }, me) =>
                new Promise<Answer>((resolve, reject) => {
                    const child = spawn("python3", ["-I", "-c", before + asset("ctdb/program/coherence.py")]);
                    let out = "";
                    child.stdout.on("data", (text: Buffer) => (out += text.toString()));
                    child.on("error", reject);
                    child.on("close", () => resolve(JSON.parse(out) as Answer));
                    const [at, file] = [directory, lock].map((path) => join(folder, path));
                    child.stdin.end(JSON.stringify({ directory: at, lock: file, nonce: "abc", me, count: places.length, wait: 3 }));
                }),
        ),
    );
}

test("one directory with a lock in it passes, and is left as it was", async () => {
    const answers = await examined(Array.from({ length: 3 }, () => ({ directory: "shared", lock: "shared/.own/lock" })));
    expect(answers.map(({ faults, unseen }) => [faults, unseen])).toEqual(Array(3).fill([[], undefined]));
    expect(new Set(answers.map(({ file }) => String(file))).size).toBe(1);
    expect(readdirSync(join(folder, "shared"))).toEqual([".own"]);
    expect(readdirSync(join(folder, "shared/.own"))).toEqual([]);
});

test("directories of their own", async () => {
    const answers = await examined(["shared", "other"].map((directory) => ({ directory, lock: `${directory}/lock` })));
    expect(answers.map(({ unseen }) => unseen)).toEqual([[1], [0]]);
    expect([readdirSync(join(folder, "shared")), readdirSync(join(folder, "other"))]).toEqual([[], []]);
});

test("a gateway that is late", async () => {
    const late = "import time; time.sleep(1.5)\n";
    const answers = await examined(
        [0, 1, 2].map((me) => ({ directory: "shared", lock: `local${Math.min(me, 1)}/lock`, before: me === 1 ? late : "" })),
    );
    const foreign = [["lock", "the first gateway's lock does not hold here"]];
    expect(answers.map(({ faults, unseen }) => [faults, unseen])).toEqual([
        [[], undefined],
        [foreign, undefined],
        [expect.anything(), undefined],
    ]);
    expect(readdirSync(join(folder, "shared"))).toEqual([]);
});

test("locks of their own", async () => {
    const answers = await examined([0, 1].map((me) => ({ directory: "shared", lock: `local${me}/lock` })));
    expect(answers.map(({ faults }) => faults)).toEqual([[], [["lock", "the first gateway's lock does not hold here"]]]);
    expect(["shared", "local0", "local1"].map((name) => readdirSync(join(folder, name)))).toEqual([[], [], []]);
});

/** Root of a gateway knows the nonce, and is there first. */
describe("what another gateway's root plants there harms no other gateway", () => {
    const at = (path: string): string => join(folder, path);
    const check = (name: string): string => at(`shared/.pvesmb-check-abc-${name}`);
    const attacked = (): Promise<Answer[]> =>
        examined(Array.from({ length: 2 }, () => ({ directory: "shared", lock: "shared/.own/lock" })));
    beforeEach(() => writeFileSync(at("passwd"), "root"));
    afterEach(() => expect([readFileSync(at("passwd"), "utf8"), existsSync(at("made"))]).toEqual(["root", false]));

    test.each(["here-0.new", "ready-0.new"])("a link in the place of %s", async (name) => {
        symlinkSync(at("passwd"), check(name));
        expect((await attacked())[0]?.faults).toContainEqual(["directory", expect.stringContaining("File exists")]);
    });

    test("a FIFO in the place of a file that is waited for", async () => {
        execFileSync("mkfifo", [check("ready-0"), check("done-1")]);
        expect((await attacked()).map(({ faults }) => faults)).toEqual([[], []]);
    });

    test("a file without end in its place", async () => {
        execFileSync("truncate", ["-s", "1T", check("here-1")]);
        expect((await attacked())[0]?.unseen ?? []).toEqual([]);
    });

    test.each([
        ["a link", (path: string): void => symlinkSync(at("made"), path), "Too many levels of symbolic links"],
        ["a FIFO", (path: string): void => void execFileSync("mkfifo", [path]), "No such device or address"],
        ["a directory", (path: string): void => mkdirSync(path), "Is a directory"],
    ])("%s in the place of the lock's file", async (_, plant, says) => {
        mkdirSync(at("shared/.own"));
        plant(at("shared/.own/lock.pvesmb-check"));
        expect((await attacked())[0]?.faults).toEqual([["directory", expect.stringContaining(says)]]);
    });

    test("a link in the place of the lock's directory", async () => {
        mkdirSync(at("elsewhere"));
        symlinkSync(at("elsewhere"), at("shared/.own"));
        expect((await attacked())[0]?.faults).toEqual([["directory", expect.stringContaining("a link or a file is in the place")]]);
        expect(readdirSync(at("elsewhere"))).toEqual([]);
    });
});

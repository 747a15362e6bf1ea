import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
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

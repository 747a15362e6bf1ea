import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asset } from "../../base/asset";
import { FURTHER_FROM, idMapValues, idRuns } from "../../model/id-map";

/** The program on a node of files in a folder, with a usermod that knows ranges only. */
let root: string;
const file = (path: string): string => join(root, path);
const read = (path: string): string => readFileSync(file(path), "utf8");
const wanted = { ids: 131_072, hostFrom: FURTHER_FROM };
const CONF = "#notes\nhostname: files\nunprivileged: 1\n";

const USERMOD = `#!/bin/sh
case $1 in --add-subuids) at=subuid ;; --add-subgids) at=subgid ;; esac
echo "$3:\${2%-*}:$((\${2#*-} - \${2%-*} + 1))" >>"$(dirname "$0")/../../etc/$at"
`;

beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "id-map-"));
    for (const dir of ["etc/pve/nodes/pve1/lxc", "etc/pve/nodes/pve2/lxc", "run/lock", "usr/sbin"])
        mkdirSync(file(dir), { recursive: true });
    symlinkSync("nodes/pve1/lxc", file("etc/pve/lxc"));
    writeFileSync(file("usr/sbin/usermod"), USERMOD, { mode: 0o755 });
    for (const name of ["subuid", "subgid"]) writeFileSync(file(`etc/${name}`), "root:100000:65536\n");
    writeFileSync(file("etc/pve/nodes/pve1/lxc/101.conf"), CONF);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function run({ map = wanted, apply = true, expected = [] as string[], vmid = 101 } = {}): Record<string, unknown> {
    const program = asset("machines/lxc/program/id_map.py").replaceAll(/"\/(etc|run|usr)\//g, `"${root}/$1/`);
    const input = { vmid, from: FURTHER_FROM, runs: idRuns(map), values: apply ? idMapValues(map) : [], expected };
    return JSON.parse(execFileSync("python3", ["-I", "-c", program], { input: JSON.stringify(input), encoding: "utf8" })) as Record<
        string,
        unknown
    >;
}
const mapLines = (map = wanted): string =>
    idMapValues(map)
        .map((value) => `lxc.idmap: ${value}\n`)
        .join("");

test("ranges and lines are added once", () => {
    expect(run()).toEqual({ held: [] });
    expect(read("etc/pve/lxc/101.conf")).toBe(`${CONF}${mapLines()}`);
    for (const name of ["subuid", "subgid"]) expect(read(`etc/${name}`)).toBe("root:100000:65536\nroot:165536:65536\n");
    expect(run({ expected: idMapValues(wanted) })).toEqual({ held: [] });
    expect(read("etc/pve/lxc/101.conf")).toBe(`${CONF}${mapLines()}`);
    expect(read("etc/subuid")).toBe("root:100000:65536\nroot:165536:65536\n");
});

test("a wider map takes the place of the earlier one, and sections behind it stay as they are", () => {
    const rest = "\n[pve:pending]\nmemory: 700\n\n[old]\nhostname: older\nlxc.idmap: u 0 100000 65536\n";
    writeFileSync(file("etc/pve/lxc/101.conf"), `${CONF}${mapLines()}lxc.tty.max: 2\n${rest}`);
    const wider = { ...wanted, ids: 262_144 };
    expect(run({ map: wider, expected: idMapValues(wanted) })).toEqual({ held: [] });
    expect(read("etc/pve/lxc/101.conf")).toBe(`${CONF}lxc.tty.max: 2\n${mapLines(wider)}${rest}`);
});

test("a look changes nothing, and tells who has ids", () => {
    writeFileSync(
        file("etc/pve/nodes/pve2/lxc/105.conf"),
        "hostname: web\nlxc.idmap: u 0 100000 65536\n\n[old]\nlxc.idmap: u 65536 500000 9\n",
    );
    writeFileSync(file("etc/subgid"), "root:100000:65536\njoe:300000:65536\nbroken\n");
    writeFileSync(file("etc/passwd"), "root:x:0:0::/root:/bin/sh\nfar:x:400000:400000::/:/bin/sh\n");
    writeFileSync(file("etc/pve/lxc/101.conf"), `${CONF}lxc.idmap: u 65536 700000 1\n`);
    expect(run({ apply: false, vmid: NaN })).toMatchObject({ held: [{ who: "CT 101 (files)" }, {}, {}, {}] });
    writeFileSync(file("etc/pve/lxc/101.conf"), CONF);
    expect(run({ apply: false })).toEqual({
        held: [
            { who: "CT 105 (web)", first: 500_000, count: 9 },
            { who: `user joe (${root}/etc/subgid)`, first: 300_000, count: 65_536 },
            { who: `user far (${root}/etc/passwd)`, first: 400_000, count: 1 },
        ],
    });
    expect([read("etc/pve/lxc/101.conf"), read("etc/subuid")]).toEqual([CONF, "root:100000:65536\n"]);
});

test("nothing is written when somebody else has them, the container is locked, or its map is another one by now", () => {
    const unchanged = (): void => expect(read("etc/pve/lxc/101.conf")).not.toContain("165536");
    writeFileSync(file("etc/pve/nodes/pve2/lxc/105.conf"), "lxc.idmap: g 65536 231071 1\n");
    expect(run()).toEqual({ held: [{ who: "CT 105", first: 231_071, count: 1 }] });
    unchanged();
    expect(read("etc/subuid")).toBe("root:100000:65536\n");
    rmSync(file("etc/pve/nodes/pve2/lxc/105.conf"));
    writeFileSync(file("etc/pve/lxc/101.conf"), `lock: backup\n${CONF}`);
    expect(run()).toEqual({ held: [], lock: "backup" });
    unchanged();
    writeFileSync(file("etc/pve/lxc/101.conf"), `${CONF}lxc.idmap: u 0 100000 70000\n`);
    expect(run()).toEqual({ held: [], changed: true });
    unchanged();
});

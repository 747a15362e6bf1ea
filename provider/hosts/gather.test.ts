import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { Bench, soon } from "../../test/support/hosts/local-host";

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

it("gather: files, facts, space and commands, and what is missing is left out", async () => {
    mkdirSync(bench.at("d"), { mode: 0o750 });
    writeFileSync(bench.at("d/a[1].conf"), "a");
    writeFileSync(bench.at("d/b.conf"), "b");
    symlinkSync("nowhere", bench.at("d/l"));
    utimesSync(bench.at("d"), 1, 1);
    execFileSync("setfacl", ["-m", "u:daemon:rwx", bench.at("d")]);
    const result = await bench.executor.gather(
        {
            files: [bench.at("d/*.conf"), bench.at("d/a[1].conf"), bench.at("none/*")],
            stat: [bench.at("d"), bench.at("d/l")],
            statvfs: [bench.root],
            commands: [
                { name: "cat", argv: ["cat"], stdin: "in" },
                { name: "no", argv: ["no-such-command"] },
            ],
        },
        soon(),
    );
    expect(result.files).toEqual({ [bench.at("d/a[1].conf")]: "a", [bench.at("d/b.conf")]: "b" });
    expect(result.stat[bench.at("d")]).toEqual({
        type: "directory",
        uid: 0,
        gid: 0,
        owner: "root",
        group: "root",
        mode: "0750",
        size: expect.any(Number) as number,
        acl: { access: [{ kind: "user", name: "daemon", id: 1, permissions: "rwx" }], default: [] },
    });
    expect(result.stat[bench.at("d/l")]!.type).toBe("symlink");
    expect(result.statvfs[bench.root]!.total).toBeGreaterThan(result.statvfs[bench.root]!.available);
    expect(result.commands).toMatchObject({ cat: { code: 0, stdout: "in" }, no: { code: 127 } });
});

it("gather: 16 MiB of a file and of an output come whole, of more nothing, with the reason", async () => {
    const most = "ü".repeat(2 ** 23); // two bytes each
    writeFileSync(bench.at("big"), most);
    const look = { files: [bench.at("big")], commands: [{ name: "cat", argv: ["cat", bench.at("big")] }] };
    const { files, commands } = await bench.executor.gather(look, soon());
    expect(files[bench.at("big")] === most && commands["cat"]?.stdout === most).toBe(true);
    writeFileSync(bench.at("big"), `${most}.`);
    for (const part of [{ files: look.files }, { commands: look.commands }])
        await expect(bench.executor.gather(part, soon())).rejects.toMatchObject({
            name: "RemoteFailed",
            message: expect.stringMatching(/big: (is larger|printed more) than 16 MiB/) as string,
        });
});

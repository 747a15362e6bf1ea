import type { Step } from "./batch";
import { Program } from "./programs";

const program = new Program({
    name: "keeper",
    files: () => [{ do: "write", path: "/usr/local/lib/pvesmb/keeper.py", content: "pass\n", mode: "0755" }],
    units: { "keeper.service": "[Service]\n", "keeper.timer": "[Timer]\n" },
    timer: "keeper.timer",
    stops: ["keeper.service"],
    entries: "/var/lib/pvesmb/keeper.d",
    leaves: { files: ["/usr/local/lib/pvesmb/keeper.py"], trees: ["/var/lib/pvesmb/keeper"] },
    entry: "the keeper's entry",
});
const paths = (steps: Step[], what: string): string[] => steps.flatMap((step) => (step.do === what && "path" in step ? [step.path] : []));
const commands = (steps: Step[]): string[] => steps.flatMap((step) => (step.do === "run" ? [step.argv.map(String).join(" ")] : []));

test("comes with an entry, and takes with the last one all that it brought", () => {
    const first: Step = { do: "run", argv: ["keeper", "first"] };
    const brought = program.install("ab", "{}\n", [first]);
    expect(paths(brought, "write")).toEqual([
        "/usr/local/lib/pvesmb/keeper.py",
        "/etc/systemd/system/keeper.service",
        "/etc/systemd/system/keeper.timer",
        "/var/lib/pvesmb/keeper.d/ab.json",
    ]);
    expect(commands(brought).slice(-2)).toEqual(["keeper first", "systemctl enable --now keeper.timer"]);
    const [own, more, last, ...rest] = program.remove("ab", ["/var/lib/pvesmb/keeper.d/ab.root"]);
    expect([own, more]).toMatchObject([
        { do: "remove", path: "/var/lib/pvesmb/keeper.d/ab.json" },
        { do: "remove", path: "/var/lib/pvesmb/keeper.d/ab.root" },
    ]);
    expect(rest.every(({ ifChanged }) => ifChanged === last?.id)).toBe(true);
    const gone = paths(rest, "remove");
    expect(paths(brought, "write").filter((path) => !gone.some((each) => path === each || path.startsWith(`${each}/`)))).toEqual([]);
    expect(commands(rest)).toEqual(["systemctl disable --now keeper.timer", "systemctl stop keeper.service", "systemctl daemon-reload"]);
});

test.each([
    ["is missing", {}, "active\n", ["the keeper's entry is missing"]],
    ["was changed", { "/var/lib/pvesmb/keeper.d/ab.json": "{ }\n" }, "active\n", ["the keeper's entry was changed by hand"]],
    ["has no timer that runs", { "/var/lib/pvesmb/keeper.d/ab.json": "{}\n" }, "inactive\n", ["keeper.timer is not active"]],
    ["is served", { "/var/lib/pvesmb/keeper.d/ab.json": "{}\n" }, "active\n", []],
])("an entry that %s", (_what, files, timer, faults) => {
    const [asked] = program.look.commands ?? [];
    expect(asked?.argv).toEqual(["systemctl", "is-active", "keeper.timer"]);
    const commands = { [asked?.name ?? ""]: { code: 0, stdout: timer, stderr: "" } };
    expect(program.faults({ files, commands }, "ab", "{}\n")).toEqual(faults);
});

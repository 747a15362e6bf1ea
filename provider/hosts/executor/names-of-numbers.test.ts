import { execFileSync } from "node:child_process";
import { join } from "node:path";

const agent = join(__dirname, "./agent");

/** What the executor calls the uid or gid of a file on a host with this nsswitch.conf. Asking the system gives a name for every number. */
const nameOf = (nsswitch: string, kind: "user" | "group", id: number): string =>
    ask(nsswitch, `acl.name_of(${JSON.stringify(kind)}, ${id})`);

function ask(nsswitch: string, question: string): string {
    const script = `
import sys
sys.path.insert(0, ${JSON.stringify(agent)})
import acl
texts = {
    "/etc/nsswitch.conf": ${JSON.stringify(nsswitch)},
    "/etc/passwd": "root:x:0:0::/:/x\\nalice:x:1000:1000::/:/x\\nalias:x:1000:1000::/:/x\\ndot:x:1001:1001::/:/x\\ntot:x:1002:1002::/:/x\\n+nis\\n",
    "/etc/group": "root:x:0:\\nstaff:x:50:alice\\n",
}
acl.read = lambda path, parse: parse(texts[path])
acl.NAME = {"user": lambda n: f"asked for {n}", "group": lambda n: f"asked for {n}"}
print(${question}, end="")
`;
    return execFileSync("python3", ["-c", script], { encoding: "utf8" });
}

test("on a member of a domain local accounts have names and others numbers, without a question that could take minutes", () => {
    const member =
        "# winbind\npasswd:         files winbind systemd\ngroup: files [SUCCESS=merge] winbind # as pvesmb has it\nhosts: files dns\n";
    expect([
        nameOf(member, "user", 1000),
        nameOf(member, "group", 50),
        nameOf(member, "user", 61_105),
        nameOf(member, "group", 61_108),
    ]).toEqual(["alice", "staff", "61105", "61108"]);
});

test("elsewhere the system is asked, whatever it asks itself", () => {
    const other = "passwd: files sss # not winbind\ngroup: files\n";
    expect([nameOf(other, "user", 1000), nameOf(other, "group", 61_108), nameOf("", "user", 0)]).toEqual([
        "asked for 1000",
        "asked for 61108",
        "asked for 0",
    ]);
});

test.each([
    ["alcie", "alice"],
    ["Alicia", "None"],
    ["alic", "alice"],
    ["alicee", "alice"],
    ["Alixe", "alice"],
    // Its own account of that kind, one that is no person's, and one of two.
    ["alice", "None"],
    ["roott", "None"],
    ["pot", "None"],
])("the account that %s may have been meant for: %s", (name, meant) =>
    expect(ask("", `acl.nearest("user", ${JSON.stringify(name)})`)).toBe(meant),
);

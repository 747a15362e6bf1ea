import type { GatherResult } from "../hosts/batch";
import { idOf, inAcl, inConfig, inRights, localGroup, localUser, ofConfig, ofSid, principalOf, shown } from "./principals";

const said = (stdout: string) => ({ code: 0, stdout, stderr: "" });
const look: GatherResult = {
    ...{ files: {}, stat: {}, statvfs: {}, ms: 1 },
    commands: { passwd: said("alice:x:10000:10001::/:/x\nalias:x:10000:10001::/:/x\n"), group: said("staff:x:10002:alice\n") },
};

test.each([
    [localUser("alice"), "alice", "user:alice:rwx", ["S-1-22-1-", { uid: "alice" }], "alice", 10000],
    [localGroup("staff"), "+staff", "group:staff:rwx", ["S-1-22-2-", { gid: "staff" }], "group staff", 10002],
] as const)("%o is written in each place as that place has it", (principal, config, acl, rights, text, id) => {
    const entry = inAcl(principal, "rwx");
    expect([inConfig(principal), `${entry.kind}:${entry.name}:${entry.permissions}`, inRights(principal), shown(principal)]).toEqual([
        config,
        acl,
        rights,
        text,
    ]);
    expect([ofConfig(config), principalOf({ [principal.kind]: principal.name })]).toEqual([principal, principal]);
    expect(idOf(principal, look)).toBe(id);
    expect(ofSid(`${rights[0]}${id}`, look)).toEqual(principal);
});

test("nobody is found by a number or a name that the host does not know", () => {
    expect([ofSid("S-1-22-1-1", look), ofSid("S-1-1-0", look), idOf(localUser("bob"), look)]).toEqual([undefined, undefined, undefined]);
    expect(ofConfig("@staff")).toEqual(localGroup("staff"));
});

const sid = "S-1-5-21-1-2-3-1105";
const account = { id: 61105, name: "LABAD\\o'neil r&d" };

test.each(["user", "group"] as const)("a domain's %s is its SID to Samba, and a number to the file system", (kind) => {
    const principal = principalOf({ [kind]: sid, account });
    expect([inConfig(principal), inRights(principal), inAcl(principal, "rwx"), idOf(principal, look)]).toEqual([
        sid,
        sid,
        { kind, name: "61105", permissions: "rwx" },
        61105,
    ]);
    expect(shown(principal)).toBe(kind === "user" ? account.name : `group ${account.name}`);
    expect([ofConfig(sid).name, ofSid(sid, look)?.name]).toEqual([sid, sid]);
});

test("a SID that was found and never resolved is written as it is, and no account has it as its name", () => {
    const principal = principalOf({ user: sid });
    expect([inAcl(principal, "r-x").name, shown(principal), idOf(principal, look)]).toEqual([sid, sid, undefined]);
});

import { shareSection } from "../../test/support/share-section";
import type { Step, Text, Unit } from "../hosts/batch";
import { clusterBatch, clusterStore } from "./cluster-batch";
import { groupRemovalUnit, groupUnit } from "./group-unit";
import { fragmentPath } from "./paths";
import type { ShareRoot } from "./share-root";
import { shareRemovalUnit, shareUnit } from "./share-unit";
import { spread, spreadPath } from "./spread";
import { userRemovalUnit, userUnit } from "./user-unit";

/** What every gateway of a cluster gets of what is declared on it. */

const owner = { key: "urn:docs", nonce: "0123456789abcdef" };
const NUMBERS: Record<string, string> = { uid: "10000", gid: "10001", group0: "10002", group1: "10003" };
const said = (text: Text): string =>
    Array.isArray(text) ? text.map(said).join("") : typeof text === "string" ? text : (NUMBERS["value" in text ? text.value : ""] ?? "?");
const written = ({ steps }: Unit, path: string): unknown =>
    steps.flatMap((step) => (step.do === "write" && step.path === path ? [JSON.parse(said(step.content)) as unknown] : []))[0];
const removed = ({ steps }: Unit): string[] => steps.flatMap((step) => (step.do === "remove" ? [step.path] : []));

const root: ShareRoot = { owner: "root", group: "root", mode: "0770", mounted: false, acl: [], once: false, recursive: false };

test("a share: its section, and what empties its bin", () => {
    const recycle = { path: ".recycle", perUser: true, keepFor: "30d" };
    const unit = shareUnit(shareSection(), { ...root, recycle }, owner, owner.key, undefined, clusterStore);
    expect(written(unit, spreadPath("share", "docs"))).toEqual({
        ...{ v: 1, kind: "share", name: "docs", file: "share-docs.json" },
        files: {
            [fragmentPath("docs")]: ["0644", expect.stringContaining("[docs]") as string],
            "/etc/tmpfiles.d/pvesmb-0123456789abcdef.conf": ["0644", 'e "/srv/pvesmb/docs/.recycle" - - - 30d\n'],
        },
    });
    const was = { section: shareSection({ name: "old" }) };
    expect(removed(shareUnit(shareSection(), root, owner, owner.nonce, was, clusterStore))).toContain(spreadPath("share", "old"));
    expect(removed(shareRemovalUnit(shareSection(), owner.nonce, { remove: false, discards: false }, clusterStore))).toContain(
        spreadPath("share", "docs"),
    );
});

test("a user: numbers as the gateway knows them, and no password", () => {
    const account = { name: 'O"x', enabled: true, mustChange: true, fullName: 'A "B" \\', groups: ["staff", "x-y"] };
    const unit = userUnit(account, owner, owner.key, { secret: { password: "s3cret words" }, leaving: [] }, spread);
    expect(written(unit, spreadPath("user", account.name))).toEqual({
        ...{ v: 1, kind: "user", name: 'O"x', file: "user-o%22x.json", fullName: 'A "B" \\', home: "/nonexistent", lists: true },
        ...{ uid: 10000, gid: 10001, groups: { staff: 10002, "x-y": 10003 } },
        files: expect.objectContaining({ "/etc/samba/pvesmb/users.d/o%22x.conf": ["0644", expect.any(String)] }) as object,
    });
    const object = unit.steps.find((step) => step.do === "write" && step.path === spreadPath("user", account.name));
    expect(JSON.stringify(object)).not.toContain("s3cret");
    const change = { secret: {}, leaving: [], was: { name: "old", fullName: "" } };
    expect(removed(userUnit(account, owner, owner.nonce, change, spread))).toContain(spreadPath("user", "old"));
    expect(removed(userRemovalUnit("alice", owner.nonce, spread))).toContain(spreadPath("user", "alice"));
});

test("a group: its members, if it lists them", () => {
    const object = (members?: string[]) =>
        written(groupUnit({ name: "team", members }, owner, owner.key, "team", spread), spreadPath("group", "team"));
    const files = { "/etc/samba/pvesmb/groups.d/team.json": ["0600", expect.any(String) as string] };
    expect(object(["alice"])).toEqual({
        v: 1,
        kind: "group",
        name: "team",
        file: "group-team.json",
        files,
        members: ["alice"],
        gid: 10001,
    });
    expect(object()).toMatchObject({ members: null });
    expect(removed(groupRemovalUnit("team", owner.nonce, spread))).toContain(spreadPath("group", "team"));
});

test("a gateway that stands alone writes no objects", () => {
    const units = [
        shareUnit(shareSection(), root, owner, owner.key),
        userUnit({ name: "a", enabled: true, mustChange: false, fullName: "" }, owner, owner.key, { secret: {}, leaving: [] }),
        groupUnit({ name: "g" }, owner, owner.key),
    ];
    expect(JSON.stringify(units)).not.toContain("cluster.d");
});

test("a batch catches up before its units, none of which goes on without that, and publishes at the end, whatever it changes", () => {
    const run = (word: string): Step => ({ do: "run", argv: [word] });
    const steps = { catchUp: [run("catch up")], require: run("in step?"), publish: run("publish") };
    const { units, commit } = clusterBatch("nonce", "00ff", steps)([{ key: "group:1", steps: [run("own")] }]);
    expect(units).toEqual([
        { key: "in step", steps: [run("catch up")] },
        { key: "group:1", steps: [run("in step?"), run("own")] },
    ]);
    expect(commit).toEqual([run("publish")]);
});

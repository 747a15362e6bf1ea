import { Deadline } from "../base/deadline";
import type { ChangeContext } from "../base/handler";
import { Session } from "../base/session";
import type { AskedName, Resolution } from "../ad/resolution";
import { keepGateway } from "../gateway/session";
import type { Gather, GatherResult, Step, Unit, HostSession } from "../hosts";
import type { Found, Machine } from "../machines/machine";
import { groupModel, shareModel } from "../model";
import type { ShareInputs } from "../model";
import type { GroupInputs } from "../model/group/inputs";
import { filled } from "../model/schema";
import { groupHandler } from "./group/handler";
import { readGroup } from "./group/read";
import { shareHandler } from "./share/handler";
import { readShare } from "./share/read";
import type { ShareState } from "./share/types";
import { lines } from "../../test/support/proxmox/harness";

/** Handlers with accounts of a domain, on a gateway that only notes what it is to do. */

const ref = { id: "pve1/105/0123456789abcdef" };
const sid = (rid: number): string => `S-1-5-21-1-2-3-${rid}`;
const DIRECTORY: Resolution["found"] = {
    "LABAD\\Finance": { sid: sid(1105), type: 2, id: 61105, account: "LABAD\\finance" },
    "labad\\FINANCE": { sid: sid(1105), type: 2, id: 61105, account: "LABAD\\finance" },
    [sid(1105)]: { sid: sid(1105), type: 2, id: 61105, account: "LABAD\\finance" },
    "bob@corp.example": { sid: sid(1106), type: 1, id: 61106, account: "LABAD\\bob" },
};
const look = (more: Partial<GatherResult> = {}): GatherResult => ({ files: {}, stat: {}, statvfs: {}, commands: {}, ms: 1, ...more });

function world({ reachable = true, seen = look() } = {}) {
    const asked: AskedName[][] = [];
    const units: Unit[] = [];
    const log = lines();
    const hostSession = {
        name: "CT 105",
        executor: {
            gather({ commands = [] }: Gather) {
                const { names } = JSON.parse(commands[0]?.stdin ?? "") as { names: AskedName[] };
                asked.push(names);
                const found = reachable
                    ? Object.fromEntries(names.flatMap(({ name }) => (DIRECTORY[name] ? [[name, DIRECTORY[name]]] : [])))
                    : {};
                const near = Object.fromEntries(names.flatMap(({ name }) => (found[name] ? [] : [[name, []]])));
                const answer: Resolution = { domain: { name: "LABAD", dns: "" }, why: null, reachable, found, near, renamed: {} };
                return Promise.resolve(look({ commands: { principals: { code: 0, stdout: JSON.stringify(answer), stderr: "" } } }));
            },
        },
        queue: {
            submit: (unit: Unit) => {
                units.push(unit);
                const steps = { gid: { changed: true, value: 10_001 }, before: { changed: false, value: "" } };
                return Promise.resolve({ ok: true, changed: true, steps });
            },
        },
        snapshot: { forget: () => undefined, read: () => Promise.resolve(seen), readJust: () => Promise.resolve(seen) },
    } as unknown as HostSession;
    const nothing = { under: () => ({ kind: "rootfs" }), at: () => undefined, volumeAt: () => undefined };
    const machine = { name: "CT 105", address: "10.0.0.5", hostname: "files", mounts: nothing } as unknown as Machine;
    keepGateway(ref.id, { state: "ready", host: {}, nonce: "", as: () => machine } as unknown as Found, hostSession);
    const ctx = { urn: "urn:x", log, deadline: Deadline.in(5_000), checkpoint: () => undefined } as unknown as ChangeContext<never>;
    const steps = (): Step[] => units.flatMap((unit) => unit.steps);
    return { asked, units, steps, log, ctx };
}

const share = (given: object): ShareInputs => filled(shareModel.inputs, { gateway: ref, name: "docs", ...given }) as ShareInputs;
const within = <T>(work: () => Promise<T>): Promise<T> => {
    const session = new Session();
    return session.run(work).finally(() => session.close());
};
const textOf = (content: unknown): string => (typeof content === "string" ? content : "");
const fragmentIn = (steps: readonly Step[]): string =>
    steps.flatMap((step) => (step.do === "write" && step.path.endsWith("/shares.d/docs.conf") ? [textOf(step.content)] : []))[0] ?? "";

test("a share has SIDs in smb.conf and in its own rights, numbers on its directory, and none of it is looked for as a local account", () =>
    within(async () => {
        const { ctx, steps, asked } = world();
        const { state } = await shareHandler.create(
            ctx,
            share({
                access: [
                    { group: "LABAD\\Finance", level: "change" },
                    { user: "carol", level: "read" },
                ],
                aclEntries: [{ user: "bob@corp.example", permissions: "rwx" }],
                owner: "bob@corp.example",
                group: sid(1105),
            }),
        );
        const fragment = fragmentIn(steps());
        expect(fragment).toContain(`valid users = ${sid(1105)}, carol\n`);
        expect(fragment).toContain(`write list = ${sid(1105)}\n`);
        const acl = [{ kind: "user", name: "61106", permissions: "rwx" }];
        expect(steps().find((step) => step.do === "directory" && step.id === "root")).toMatchObject({
            owner: "61106",
            group: "61105",
            acl: { access: acl, default: acl },
        });
        expect(steps().find((step) => step.do === "known")).toMatchObject({ users: ["carol"], groups: [] });
        expect(JSON.stringify(steps().filter((step) => step.do === "run"))).toContain(`"${sid(1105)}",":ALLOWED/0x0/CHANGE"`);
        expect(asked).toEqual([[{ name: "LABAD\\Finance" }, { name: "bob@corp.example" }, { name: sid(1105) }]]);
        expect(state.domainAccounts?.map(({ name, sid }) => [name, sid])).toEqual([
            ["LABAD\\Finance", sid(1105)],
            ["bob@corp.example", sid(1106)],
            [sid(1105), sid(1105)],
        ]);
    }));

test("50 shares ask once, and a later one asks for nobody who was found", () =>
    within(async () => {
        const { ctx, asked } = world();
        const create = (name: string, who: string) => shareHandler.create(ctx, share({ name, access: [{ group: who, level: "read" }] }));
        const names = Array.from({ length: 50 }, (_, i) => `share${i}`);
        await Promise.all(names.map((name, i) => create(name, i % 2 === 0 ? "LABAD\\Finance" : "labad\\FINANCE")));
        expect(asked.map((names) => names.map(({ name }) => name).sort())).toEqual([["LABAD\\Finance", "labad\\FINANCE"]]);
        await create("late", "LABAD\\Finance");
        expect(asked).toHaveLength(1);
    }));

test("local names cost no question", () =>
    within(async () => {
        const { ctx, asked } = world();
        const { state } = await shareHandler.create(ctx, share({ access: [{ user: "carol", level: "read" }] }));
        expect([asked, state.domainAccounts]).toEqual([[], undefined]);
    }));

test("with an unknown name nothing is submitted, not even the check of the place", () =>
    within(async () => {
        const { ctx, units } = world();
        const inputs = share({ access: [{ group: "LABAD\\Finanze", level: "read" }], volume: { storage: "tank", size: "1GiB" } });
        await expect(shareHandler.create(ctx, inputs)).rejects.toMatchObject({
            kind: "InvalidInput",
            message: expect.stringContaining('access[0].group: there is no account "LABAD\\Finanze"') as unknown,
        });
        expect(units).toEqual([]);
    }));

test("without a controller a share is changed with what was resolved before, and that is told once", () =>
    within(async () => {
        const { ctx, steps, log } = world({ reachable: false });
        const inputs = share({ access: [{ group: "LABAD\\Finance", level: "full" }], comment: "new" });
        const known = { kind: "group" as const, sid: sid(1105), id: 61105, account: "LABAD\\finance" };
        const state: ShareState = {
            ...inputs,
            comment: "",
            path: "/srv/pvesmb/docs",
            domainAccounts: [{ name: "LABAD\\Finance", ...known }],
        };
        const done = await shareHandler.update(ctx, "0123456789abcdef", state, inputs);
        expect(fragmentIn(steps())).toContain(`valid users = ${sid(1105)}\n`);
        expect(done.domainAccounts).toEqual(state.domainAccounts);
        expect(log.lines.join()).toContain("no domain controller can be asked at the moment");
        const stranger = share({ access: [{ group: "LABAD\\Other", level: "full" }] });
        await expect(shareHandler.update(ctx, "0123456789abcdef", state, stranger)).rejects.toMatchObject({ kind: "Unreachable" });
    }));

test("of 50 shares one waits for a dead controller", () =>
    within(async () => {
        const { ctx, asked } = world({ reachable: false });
        const known = { kind: "group" as const, sid: sid(1105), id: 61105, account: "LABAD\\finance" };
        for (const name of ["LABAD\\Finance", "LABAD\\Other"]) {
            const inputs = share({ access: [{ group: name, level: "full" }] });
            const state: ShareState = { ...inputs, path: "/srv/pvesmb/docs", domainAccounts: [{ name, ...known }] };
            await shareHandler.update(ctx, "0123456789abcdef", state, inputs);
        }
        expect(asked).toHaveLength(1);
    }));

test("another spelling of the same account ends nobody's session", () =>
    within(async () => {
        const { ctx, units } = world();
        const { id, state } = await shareHandler.create(ctx, share({ access: [{ group: "LABAD\\Finance", level: "full" }] }));
        const before = { ...share({ access: [{ group: "LABAD\\Finance", level: "full" }] }), ...state };
        const asks = (unit: Unit | undefined): boolean => JSON.stringify(unit?.looks ?? "").includes("smbstatus");
        await shareHandler.update(ctx, id, before, share({ access: [{ group: sid(1105), level: "full" }] }));
        expect(asks(units.at(-1))).toBe(false);
        // The gateway here has no list of connections: the change is made, and who lost access is still to be seen to.
        await expect(shareHandler.update(ctx, id, before, share({ access: [] }))).rejects.toThrow("smbstatus gave no answer");
        expect(asks(units.at(-1))).toBe(true);
    }));

test("a refresh keeps the program's words for what it finds as SIDs and numbers, and asks nobody", () =>
    within(async () => {
        const given = { access: [{ group: "labad\\FINANCE", level: "full" }], owner: "bob@corp.example", group: sid(1105) };
        const first = world();
        const { id, state } = await shareHandler.create(first.ctx, share(given));
        const fragment = fragmentIn(first.steps());
        const acl = [{ kind: "group" as const, name: "LABAD\\finance", id: 61105, permissions: "rwx" }];
        const root = {
            type: "directory" as const,
            uid: 61106,
            gid: 61105,
            owner: "LABAD\\bob",
            group: "LABAD\\finance",
            mode: "0770",
            size: 0,
        };
        const path = "/etc/samba/pvesmb/shares.d/docs.conf";
        const found = (text: string, more: typeof acl = []): GatherResult =>
            look({
                files: { [path]: text, "/etc/samba/pvesmb/shares.conf": text },
                stat: { "/srv/pvesmb/docs": { ...root, acl: { access: [...acl, ...more], default: acl } } },
            });
        const stored: ShareState = { ...share(given), ...state };
        const same = world({ seen: found(fragment) });
        expect((await readShare(same.ctx, id, stored))?.inputs).toMatchObject({ ...given, drift: [] });
        const byHand = found(fragment.replace(`valid users = ${sid(1105)}`, `valid users = ${sid(1105)}, ${sid(1107)}`), [
            { kind: "group", name: "LABAD\\other", id: 61107, permissions: "r-x" },
        ]);
        const changed = (await readShare(world({ seen: byHand }).ctx, id, stored))?.inputs;
        expect(changed?.access).toEqual([...given.access, { group: sid(1107), level: "change" }]);
        expect(changed?.drift).toContain(
            "access: the directory's access ACL is group:LABAD\\other:r-x,group:labad\\FINANCE:rwx instead of group:labad\\FINANCE:rwx",
        );
        expect(same.asked).toEqual([]);
    }));

describe("a group of the gateway", () => {
    const group = (members: string[]): GroupInputs => filled(groupModel.inputs, { gateway: ref, name: "team", members }) as GroupInputs;

    test("has a domain's user by the name that the system has, and shows the program's", () =>
        within(async () => {
            const { ctx, steps } = world();
            const { id, state } = await groupHandler.create(ctx, group(["carol", "bob@corp.example"]));
            expect(steps().flatMap((step) => (step.do === "run" && step.argv[1] === "-M" ? [step.argv] : []))).toEqual([
                ["gpasswd", "-M", "LABAD\\bob,carol", "team"],
            ]);
            expect(steps().find((step) => step.do === "known")).toMatchObject({ users: ["carol"] });
            const mark = steps().flatMap((step) => (step.do === "write" ? [textOf(step.content)] : []))[0] ?? "";
            const seen = look({
                files: { "/etc/samba/pvesmb/groups.d/team.json": mark },
                commands: { group: { code: 0, stdout: "team:x:10001:LABAD\\bob,carol\n", stderr: "" } },
            });
            const read = await readGroup(world({ seen }).ctx, id, { ...group(["carol", "bob@corp.example"]), ...state });
            expect(read?.inputs).toMatchObject({ members: ["bob@corp.example", "carol"], drift: [] });
        }));

    test("has no group of the domain as a member", () =>
        within(async () => {
            const { ctx, units } = world();
            await expect(groupHandler.create(ctx, group(["LABAD\\Finance"]))).rejects.toThrow(
                /members\[0\]: "LABAD\\Finance" is a group, not a user; a group of the gateway has no groups as members, so give that group its access itself/,
            );
            expect(units).toEqual([]);
        }));
});

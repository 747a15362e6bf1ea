import { userModel } from "../model";
import type { UserInputs } from "../model";
import { check } from "../runtime/check";
import type { Model } from "../model/meta";
import { groupUnit } from "./group-unit";
import { passdbSteps, unixSteps, userRemovalUnit, userUnit } from "./user-unit";
import type { PasswordChange } from "./user-unit";

const owner = { key: "urn:alice", nonce: "0123456789abcdef" };
const account = { name: "alice", enabled: true, mustChange: false, fullName: "" };
const unit = (secret: PasswordChange, more = {}) => userUnit({ ...account, ...more }, owner, owner.key, { secret, leaving: [] });
const HASH = "8846F7EAEE8FB117AD06BDD830B7586C";

/** All that `ps` on the host could show. */
const argvs = (steps: ReturnType<typeof unit>["steps"]): string =>
    JSON.stringify(steps.flatMap((step) => (step.do === "run" ? [step.argv, step.undo ?? [], step.unless ?? []] : [])));

it("keeps passwords and hashes out of every argument", () => {
    expect(argvs(unit({ password: "hunter2!" }).steps)).not.toContain("hunter2!");
    expect(argvs(unit({ ntHash: HASH }).steps)).not.toContain(HASH);
    expect(JSON.stringify(unit({ ntHash: HASH }).steps)).toContain(HASH);
});

it("removes the file with the hash again", () => {
    const { steps } = unit({ ntHash: HASH });
    const written = steps.find((step) => step.do === "write" && step.path.startsWith("/run/"));
    expect(written).toMatchObject({ mode: "0600" });
    expect(steps).toContainEqual({ do: "remove", path: (written as { path: string }).path });
});

it("keeps what is per host apart from what is once per base of users", () => {
    const wanted = { ...account, name: "anna", groups: ["staff"], home: "/srv/pvesmb/homes/anna" };
    const change = { secret: { password: "hunter2!" }, leaving: ["old"], was: { ...account, home: undefined } };
    const [unix, passdb] = [unixSteps(wanted, owner, change), passdbSteps(wanted, change)].map((steps) => JSON.stringify(steps));
    expect(unix).toMatch(/usermod.*groupmod.*useradd.*gpasswd/);
    expect(unix).not.toMatch(/pdbedit|smbpasswd|net"/);
    expect(passdb).toMatch(/pdbedit.*smbpasswd/);
    expect(passdb).not.toMatch(/user(add|mod|del)|group(add|mod|del)|gpasswd|users\.d/);
});

it("takes no subordinate ids, which a rename would leave with the old name", () => {
    const [made] = unixSteps(account, owner, { secret: {}, leaving: [] }).filter((step) => step.do === "run" && step.argv[0] === "useradd");
    expect(JSON.stringify(made)).toContain('"-K","SUB_UID_COUNT=0","-K","SUB_GID_COUNT=0"');
});

describe("a new name", () => {
    const renamed = (claim = owner.nonce) =>
        userUnit({ ...account, name: "anna", home: "/srv/pvesmb/homes/anna" }, owner, claim, {
            secret: {},
            leaving: [],
            was: { ...account, home: "/srv/pvesmb/homes/alice" },
        }).steps;
    const commands = renamed().flatMap((step) => (step.do === "run" ? [step.argv] : []));

    it("is given to what is there, never to a stranger's account of that name", () => {
        expect(commands).toContainEqual(["usermod", "-l", "anna", "alice"]);
        expect(commands).toContainEqual(["groupmod", "-n", "anna", "alice"]);
        expect(renamed()).toContainEqual(
            expect.objectContaining({ message: expect.stringContaining("already has an account anna") as string }),
        );
        expect(renamed()).toContainEqual(expect.objectContaining({ do: "rename", to: "/srv/pvesmb/homes/anna", ifThere: true }));
    });
    it("is given only where the old one is still ours", () => {
        const [old] = renamed().filter((step) => step.id === "old");
        expect(old).toMatchObject({ argv: ["grep", "-oF", owner.nonce, expect.stringContaining("alice") as string] });
        const touching = renamed().filter(
            (step) => JSON.stringify({ ...step, undo: [] }).match(/\balice\b/) && step.id !== "old" && step.do !== "write",
        );
        expect(touching.length).toBeGreaterThan(5);
        expect(touching.filter((step) => !["old", "entry"].includes(step.ifChanged ?? ""))).toEqual([]);
    });
    it("keeps the hash out of every argument and takes its files away", () => {
        const text = JSON.stringify(renamed().flatMap((step) => (step.do === "run" ? [step.argv, step.undo ?? []] : [])));
        expect(text).not.toContain('"entry"');
        const written = renamed().flatMap((step) => (step.do === "write" && step.path.startsWith("/run/") ? [step.path] : []));
        expect(written).toHaveLength(1);
        for (const path of written) expect(renamed()).toContainEqual({ do: "remove", path, ifChanged: "entry" });
    });
});

it("gives the day of expiry as seconds, in UTC", () => {
    expect(argvs(unit({}, { expires: "2030-01-01" }).steps)).toContain('"-K","1893456000"');
    expect(argvs(unit({}).steps)).toContain('"-K","never"');
});

it("asks a group for leave to join, and a group with members asks the users' files", () => {
    const joining = unit({}, { groups: ["staff"] }).steps;
    expect(joining.find((step) => step.do === "owned" && step.path.endsWith("groups.d/staff.json"))).toMatchObject({
        fields: ["members"],
        value: "users",
    });
    const mark = joining.find((step) => step.do === "write" && step.path.endsWith("alice.json")) as { content: string };
    const group = groupUnit({ name: "staff", members: ["alice"] }, owner, owner.key);
    const ask = group.steps.find((step) => step.do === "run" && step.argv[0] === "grep") as { argv: string[] };
    expect(mark.content).toContain(ask.argv[2]);
});

it("takes over what somebody else has only without a claim", () => {
    const guards = (steps: ReturnType<typeof unit>["steps"]): string[] =>
        steps.flatMap((step) =>
            step.do === "owned"
                ? [`owned ${step.value}`]
                : step.do === "run" && step.message !== undefined
                  ? [`no foreign ${JSON.stringify(step.argv[1])}`]
                  : [],
        );
    const of = (claim: string | undefined) => guards(userUnit(account, owner, claim, { secret: {}, leaving: [] }).steps);
    const ofGroup = (claim: string | undefined) => guards(groupUnit({ name: "staff" }, owner, claim).steps);
    expect(of(owner.key)).toEqual([`owned ${owner.key}`, 'no foreign "passwd"', 'no foreign "group"']);
    expect(ofGroup(owner.key)).toHaveLength(2);
    for (const guardsOf of [of, ofGroup]) expect(guardsOf(owner.nonce)).toEqual([`owned ${owner.nonce}`]);
    // A group of the distribution is not an account that could be adopted.
    expect(of(undefined)).toEqual(['no foreign "group"']);
    expect(ofGroup(undefined)).toEqual([]);
});

it("disables an account and asks who is connected before it removes it, and enables it again when it cannot", () => {
    const { steps } = userRemovalUnit("alice", owner.nonce);
    const runs = steps.flatMap((step) => (step.do === "run" ? [step] : []));
    const order = runs.map(({ argv }) => argv.slice(0, 2).map(String).join(" "));
    expect(order).toEqual([
        ...["pdbedit -w", "pdbedit -w", "smbpasswd -d", "smbstatus --json", "smbpasswd -x", "userdel -f", "groupdel alice"],
    ]);
    expect(runs[2]).toMatchObject({ undo: ["pdbedit", "-u", "alice", "-c", ["[", { value: "flags" }, { value: "further" }, "]"]] });
    // The line contains the password's hash.
    for (const look of runs.slice(0, 2)) expect(look.quiet).toBe(true);
    const before = (flags: string): string =>
        runs
            .slice(0, 2)
            .map(({ take = "" }) => new RegExp(take).exec(`alice:10000:${"X".repeat(32)}:${HASH}:${flags}:LCT-5F000000:`)?.[1])
            .join("");
    expect(["[U          ]", "[DU         ]", "[NDHULX     ]"].map(before)).toEqual(["", "D", "NDHLX"]);
});

describe("check", () => {
    const inputs = { name: "alice", gateway: { id: "pve1/101/0123456789abcdef" } };
    const faults = (more: Partial<UserInputs>): string[] =>
        check(userModel as unknown as Model, { ...inputs, ...more }).map(({ property, reason }) => `${property} ${reason}`);

    it("wants exactly one source of the password", () => {
        expect(faults({})).toEqual([" password: is required, unless you set `passwordFrom` or `ntHash`"]);
        expect(faults({ password: "x", ntHash: HASH })).toEqual([" ntHash: cannot be combined with `password`; keep one of them"]);
        expect(faults({ passwordFrom: {} })).toEqual(["passwordFrom must have either `env` or `file`"]);
        expect(faults({ passwordFrom: { env: "ALICE" } })).toEqual([]);
    });

    it("takes only days that there are, before Samba's end of time", () => {
        expect(faults({ password: "x", expires: "2030-02-30" })[0]).toContain("expires must be a day");
        expect(faults({ password: "x", expires: "2036-02-01" })[0]).toContain("before 2036-01-01");
        expect(faults({ password: "x", expires: "2028-02-29" })).toEqual([]);
    });

    it("keeps homes where data is", () => {
        expect(faults({ password: "x", home: "/root" })[0]).toContain("must be under /srv/pvesmb");
        expect(faults({ password: "x", home: "/srv/pvesmb/.pvesmb/x" })[0]).toContain("reserved for pvesmb");
    });
});

describe("a password that the user has to choose", () => {
    const steps = (mustChange: boolean) => unit({ password: "p", mustChange }, { mustChange }).steps;
    const opening = "/etc/samba/pvesmb/users.d/alice.conf";

    it("opens the server to clients that change it, not where all have to encrypt", () => {
        expect(steps(true)).toContainEqual(
            expect.objectContaining({ do: "write", path: opening, content: expect.stringContaining("restrict anonymous = 1") as string }),
        );
        expect(steps(true)).toContainEqual(
            expect.objectContaining({
                do: "require",
                is: "absent",
                message: expect.stringMatching(/^passwordMustChange: .*encryptionRequired/) as string,
            }),
        );
    });
    it("and closes it when nobody has to any more, or the account goes", () => {
        expect(steps(false)).toContainEqual({ do: "remove", path: opening });
        expect(userRemovalUnit("alice", owner.nonce).steps).toContainEqual({ do: "remove", path: opening });
        expect([unit({}).assembled, userRemovalUnit("alice", owner.nonce).assembled]).toEqual([true, true]);
    });
});

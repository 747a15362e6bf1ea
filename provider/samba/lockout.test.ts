import { foundLockout, lockoutLook, lockoutSteps } from "./lockout";

const lockout = { attempts: 5, minutes: 15, resetMinutes: 10 };
const setting = (...args: Parameters<typeof lockoutSteps>): string[] =>
    lockoutSteps(...args).flatMap((step) =>
        step.do === "run" && step.argv[3] === "-C" ? [step.argv.filter((word) => typeof word === "string").join(" ")] : [],
    );
const said = (policy: string, value: string) => ({
    stdout: `account policy "${policy}" description: whatever (default: 0 => off)\naccount policy "${policy}" value is: ${value}\n`,
});

it("sets what is said, takes back what is no longer said, and leaves what never was", () => {
    expect(setting(lockout, undefined)).toEqual([
        "pdbedit -P bad lockout attempt -C 5",
        "pdbedit -P lockout duration -C 15",
        "pdbedit -P reset count minutes -C 10",
    ]);
    expect(setting(undefined, lockout)).toEqual([
        "pdbedit -P bad lockout attempt -C 0",
        "pdbedit -P lockout duration -C 30",
        "pdbedit -P reset count minutes -C 30",
    ]);
    expect(lockoutSteps(undefined, undefined)).toEqual([]);
    expect(lockoutLook(undefined)).toEqual([]);
});

it("writes only what differs", () => {
    const [look] = lockoutSteps(lockout, undefined);
    const changes = look?.do === "run" && typeof look.changes === "string" ? new RegExp(look.changes, "m") : undefined;
    expect([changes?.test(said("bad lockout attempt", "5").stdout), changes?.test(said("bad lockout attempt", "50").stdout)]).toEqual([
        false,
        true,
    ]);
});

it("reads them back", () => {
    const commands = { "bad lockout attempt": said("a", "5"), "lockout duration": said("b", "15"), "reset count minutes": said("c", "10") };
    expect(foundLockout(commands)).toEqual(lockout);
    expect(foundLockout({})).toBeUndefined();
});

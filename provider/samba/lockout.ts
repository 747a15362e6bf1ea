import type { Step } from "../hosts/batch";
import type { SambaSettings } from "../model/samba";

/** Account policies in account_policy.tdb; pdbedit(8) reads and sets one at a time. Last column: Samba's default. */
const POLICIES = [
    ["attempts", "bad lockout attempt", 0],
    ["minutes", "lockout duration", 30],
    ["resetMinutes", "reset count minutes", 30],
] as const;

type Lockout = SambaSettings["lockout"];

/** `former`: the program's previous values. A policy that the program never set is the administrator's. */
export function lockoutSteps(lockout: Lockout, former: Lockout): Step[] {
    if (lockout === undefined && former === undefined) return [];
    return POLICIES.flatMap(([property, policy, preset]): Step[] => {
        const value = String(lockout?.[property] ?? preset);
        return [
            { do: "run", id: policy, argv: ["pdbedit", "-P", policy], take: VALUE.source, changes: `value is: (?!${value}$)` },
            { do: "run", ifChanged: policy, argv: ["pdbedit", "-P", policy, "-C", value] },
        ];
    });
}

/** `account policy "bad lockout attempt" value is: 0` */
const VALUE = /value is: (\d+)$/m;

/** Only if the program sets it, since pdbedit is slow. */
export const lockoutLook = (lockout: Lockout): { name: string; argv: string[] }[] =>
    lockout === undefined ? [] : POLICIES.map(([, policy]) => ({ name: policy, argv: ["pdbedit", "-P", policy] }));

/** The host's policies; undefined if unreadable. */
export function foundLockout(commands: Record<string, { stdout: string }>): Lockout {
    const values = POLICIES.map(
        ([property, policy]) => [property, Number(VALUE.exec(commands[policy]?.stdout ?? "")?.[1] ?? NaN)] as const,
    );
    return values.some(([, value]) => Number.isNaN(value)) ? undefined : (Object.fromEntries(values) as Lockout);
}

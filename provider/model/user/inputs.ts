import * as z from "zod";
import { childInputs, childOutputs } from "../common";
import { becomes, without } from "../consequences";
import { field } from "../meta";
import { accountId, accountName, CONTROL, dataPath, groupName, HALF, HALF_FAULT, unseenFault } from "../text";

/** Text that a line of passwd and an argument can hold. */
const gecos = (max: number): z.ZodString =>
    z
        .string()
        .max(max)
        .refine((text) => !CONTROL.test(text) && !HALF.test(text) && !/[:,]/.test(text), {
            error: "must be a single line without : and ,",
        });

/**
 * Why a text cannot be a password. smbpasswd reads lines of at most 254 bytes (`fstring` in source3/utils/passwd_util.c; seen with 4.17).
 */
export function passwordFault(text: string): string | undefined {
    if (text === "") return "must not be empty";
    if (text.length > 127) return "must have at most 127 characters";
    if (CONTROL.test(text)) return "must not contain control characters";
    if (HALF.test(text)) return HALF_FAULT;
    const unseen = unseenFault(text);
    if (unseen !== undefined) return unseen;
    return new TextEncoder().encode(text).length > 254 ? "must have at most 254 bytes (as UTF-8)" : undefined;
}

const isDay = (text: string): boolean => {
    const time = Date.parse(text);
    return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};

/** Accounts that the gateway itself needs: root has the administrators' keys, guests act as nobody. */
const SYSTEM = ["root", "nobody"];

const userName = (): z.ZodString =>
    accountName().refine((name) => !SYSTEM.includes(name.toLowerCase()), {
        error: `must not be a system account (${SYSTEM.join(", ")})`,
    });

/** A chown of everything with that id would change the owners of files without being asked to, in other shares too. */
export const FILES_BELONG_TO_IT = "files belong to this number, which never changes: leave it out, or set the current one";

export const variableName = (): z.ZodString => z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable");

/** Where a password is read from. */
export const passwordFrom = z.strictObject({
    env: field(variableName().optional(), { description: "An environment variable of the `pulumi` command." }),
    file: field(z.string().min(1).optional(), { description: "A file on the machine that runs `pulumi`; its first line." }),
});

export const inputs = z.strictObject({
    name: field(userName().optional(), {
        description: "Login name. Clients may write it in capital or small letters.",
        defaultText: "the resource's name",
        autoName: "as-is",
        effect: { does: "renamed in place: numbers, password, groups and files stay; open sessions of the user are ended" },
    }),
    password: field(
        z
            .string()
            .check((ctx) => {
                const fault = passwordFault(ctx.value);
                if (fault) ctx.issues.push({ code: "custom", message: fault, input: ctx.value });
            })
            .optional(),
        {
            description: "Password. Or give `passwordFrom` or `ntHash`. pvesmb checks no minimum length: use at least 12 characters.",
            secret: true,
            effect: { does: "open sessions continue, the next login needs the new one" },
        },
    ),
    passwordFrom: field(passwordFrom.optional(), {
        description:
            "Where to read the password from, so that no state holds it. A change there is noticed by a refresh, as in `pulumi up --refresh`.",
    }),
    ntHash: field(
        z
            .string()
            .regex(/^[0-9A-Fa-f]{32}$/, "must be an NT hash of 32 hexadecimal digits")
            .optional(),
        {
            description: "The NT hash of an existing account, instead of its password.",
            secret: true,
            compare: "caseless",
        },
    ),
    passwordMustChange: field(z.boolean().default(false), {
        description:
            'The user has to choose another password at the first login: by what the client offers then (Windows: Ctrl+Alt+Del, `smbpasswd -r <gateway> -U <user>`). For that the gateway lets clients change passwords without a login (docs/security.md); with `samba.encryption: "required"` it is refused. From then on the password is the user\'s own: what is declared here only counts again when it is changed.',
    }),
    uid: field(accountId().optional(), {
        description: "Numeric user id; never changes.",
        defaultText: "the next free one from 10000 on",
        fixed: FILES_BELONG_TO_IT,
        chosen: true,
    }),
    gid: field(accountId().optional(), {
        description: "Numeric id of the user's own group; never changes.",
        defaultText: "the next free one from 10000 on",
        fixed: FILES_BELONG_TO_IT,
        chosen: true,
    }),
    groups: field(z.array(groupName()).optional(), {
        description: "Further groups, all of them; created when missing. If omitted, memberships are left to the `members` of SmbGroup.",
        compare: "set",
        effect: { does: "open sessions of the user are ended", when: "left", if: (before, after) => without(before, after) },
    }),
    enabled: field(z.boolean().default(true), {
        description: "Whether the account can log in.",
        effect: becomes(false, "open sessions of the user are ended"),
    }),
    expires: field(
        z
            .string()
            .regex(/^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, { error: 'must be a day such as "2027-06-30"', abort: true })
            .refine(isDay, { error: "must be a day of the calendar", abort: true })
            // Samba treats dates from February 2036 on as "never".
            .refine((day) => day < "2036-01-01", { error: "must be a day before 2036-01-01" })
            .optional(),
        { description: "First day, in UTC, on which the account no longer works.", defaultText: "never" },
    ),
    fullName: field(gecos(128).default(""), { description: "Full name." }),
    home: field(dataPath().optional(), {
        description:
            "Home folder under /srv/pvesmb: created for the user alone, kept when the user is deleted. A share with `homes` serves `<its path>/<user>`. It must not be inside the directory of any other share.",
        effect: {
            does: "files in the old folder stay there, unless the user is renamed and the folder with it (only its last part differs)",
            when: "once there is one",
            if: (before) => (typeof before === "string" ? [before] : []),
        },
    }),
    ...childInputs,
});

export const outputs = z.object({
    sid: field(z.string().optional(), { description: "Security identifier.", always: true }),
    ...childOutputs,
});

export type UserInputs = z.infer<typeof inputs>;
export type UserOutputs = z.infer<typeof outputs>;

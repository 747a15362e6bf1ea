import * as z from "zod";
import { DATA_ROOT } from "./paths";

/** Control characters; none of our text formats can carry them safely (samba.md section 6). */

export const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/**
 * One line that smb.conf can store: no control characters, no `%` (Samba would expand it), no backslash at the end (it would continue the
 * line), and nothing that Samba would shorten.
 */
export function configText(max: number): z.ZodString {
    return z
        .string()
        .max(max, `must have at most ${max} characters`)
        .check((ctx) => {
            const fault = configTextFault(ctx.value);
            if (fault) ctx.issues.push({ code: "custom", message: fault, input: ctx.value });
        });
}

export function configTextFault(value: string): string | undefined {
    return value.includes("%") ? "must not contain %, which Samba would expand" : lineFault(value);
}

/** Why a line of smb.conf would change the value, apart from substitutions. */
export function lineFault(value: string): string | undefined {
    if (CONTROL.test(value)) return "must be a single line without control characters";
    if (HALF.test(value)) return HALF_FAULT;
    const unseen = unseenFault(value);
    if (unseen !== undefined) return unseen;
    if (value.endsWith("\\")) return "must not end with a backslash, which would join it with the next line";
    if (NO_BREAK.test(value.slice(0, 1) + value.slice(-1))) return `must not begin or end with ${A_NO_BREAK}`;
    if (value !== value.trim()) return "must not begin or end with spaces, which Samba would remove";
    if (value.includes("  ")) return "must not contain two spaces in a row, of which Samba would keep one";
    if (losesQuotes(value)) return 'must not begin or end with ", which Samba would remove';
    return undefined;
}

/** Samba strips the outer quotes of a value unless more quotes are inside (lp_string() in source3/param/loadparm.c). */
function losesQuotes(value: string): boolean {
    const bare = value.replace(/^"+|"+$/g, "");
    return bare !== value && !bare.includes('"');
}

/** What editors and other systems put into text, and nobody sees. A client that types the text does not find it. */
export function unseenFault(text: string): string | undefined {
    if (text.includes("\ufeff")) return "must not contain a byte order mark (U+FEFF), which editors write at the beginning of files";
    return /[\u200b\u2060]/.test(text) ? "must not contain a zero-width space (U+200B, U+2060), which nobody sees" : undefined;
}
/** In running text some languages want one between words, so only names and the ends of a text must not have it. */
const NO_BREAK = /[\u00a0\u202f]/;
const A_NO_BREAK = "a no-break space (U+00A0, U+202F), which looks like a space";

/** Half of a surrogate pair: UTF-8 would replace it with another character. */
export const HALF = /\p{Surrogate}/u;
export const HALF_FAULT = "must not contain half a character (a lone UTF-16 surrogate)";

/** Names of local accounts that Debian's useradd accepts (seen with 4.13: also dots and capitals). */
export const accountName = (): z.ZodString =>
    z
        .string()
        .regex(
            /^[A-Za-z_][A-Za-z0-9_.-]{0,30}[A-Za-z0-9_]$|^[A-Za-z_]$/,
            "must be 1 to 32 characters of A-Z, a-z, 0-9, _ . and -, beginning with a letter or _ and not ending with . or -",
        );

/** Names of groups that pvesmb creates: two that differ only in case would be two groups for Unix and hard for people to tell apart. */
export const groupName = (): z.ZodString =>
    z
        .string()
        .regex(
            /^[a-z_][a-z0-9_.-]{0,30}[a-z0-9_]$|^[a-z_]$/,
            "must be 1 to 32 characters of a-z, 0-9, _ . and -, beginning with a letter or _ and not ending with . or -",
        );

/** Account ids. Unprivileged containers map 65,536 ids (pve-api.md 3.3); those below 1000 belong to the distribution. */
export const [LEAST_ACCOUNT_ID, MOST_ACCOUNT_ID] = [1000, 65_533];

export const accountId = (): z.ZodInt => z.int().min(LEAST_ACCOUNT_ID).max(MOST_ACCOUNT_ID);

/** `globals` is the global section too (GLOBAL_NAME2 in lib/param/loadparm.h). */
const RESERVED_SHARES = ["global", "globals", "homes", "printers", "ipc$", "admin$", "print$"];

export const shareName = (): z.ZodString =>
    z.string().check((ctx) => {
        const fault = shareNameFault(ctx.value);
        if (fault) ctx.issues.push({ code: "custom", message: fault, input: ctx.value });
    });

function shareNameFault(name: string): string | undefined {
    if (name.length === 0) return "must not be empty";
    if (name.length > 80) return "must have at most 80 characters";
    if (CONTROL.test(name)) return "must be a single line without control characters";
    if (HALF.test(name)) return HALF_FAULT;
    if (/[%<>*?|/\\+=;:",[\]]/.test(name)) return 'must not contain any of % < > * ? | / \\ + = ; : " , [ ]';
    const unseen = unseenFault(name);
    if (unseen !== undefined) return unseen;
    if (NO_BREAK.test(name)) return `must not contain ${A_NO_BREAK}`;
    if (name !== name.trim()) return "must not begin or end with spaces";
    if (name.includes("  ")) return "must not contain two spaces in a row, of which Samba would keep one";
    if (name.startsWith(".") || name.startsWith("-")) return "must not begin with . or -";
    if (RESERVED_SHARES.includes(name.toLowerCase())) return `must not be a name that Samba reserves (${RESERVED_SHARES.join(", ")})`;
    return undefined;
}

/** A file name that smb.conf can store. */
export const fileName = (): z.ZodString =>
    configText(255).check((ctx) => {
        if (ctx.value === "" || ctx.value === "." || ctx.value === ".." || ctx.value.includes("/"))
            ctx.issues.push({ code: "custom", message: "must be a single name without /", input: ctx.value });
        if (tooLong(ctx.value)) ctx.issues.push({ code: "custom", message: "must have at most 255 bytes", input: ctx.value });
    });

/** The limit of Linux file systems for one name (NAME_MAX). */
const tooLong = (name: string): boolean => new TextEncoder().encode(name).length > 255;

/** A pattern of file names, without the separators of Samba's lists. */
export const filePattern = (): z.ZodString =>
    fileName().check((ctx) => {
        if (ctx.value.includes('"')) ctx.issues.push({ code: "custom", message: 'must not contain "', input: ctx.value });
    });

/** An absolute path without dot components, double slashes or anything that smb.conf expands. */
export const absolutePath = (): z.ZodString =>
    configText(1024).check((ctx) => {
        const parts = ctx.value.split("/");
        if (!ctx.value.startsWith("/") || parts.slice(1).some((part) => part === "" || part === "." || part === ".."))
            ctx.issues.push({ code: "custom", message: "must be an absolute path without empty, . or .. components", input: ctx.value });
        if (parts.some(tooLong))
            ctx.issues.push({ code: "custom", message: "must have at most 255 bytes per component", input: ctx.value });
    });

export const mailAddress = (): z.ZodString =>
    z.string().regex(/^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}$/, "must be an e-mail address");

const SYSTEM = "bin boot dev etc lib lib32 lib64 libx32 opt proc root run sbin sys tmp usr";

/**
 * A directory of a PVE node that may be bind-mounted into a container: not a system directory (pct(1), "Bind Mount Points"), and without
 * characters that a property string cannot hold.
 */
export const hostDirectory = (): z.ZodString =>
    absolutePath().check((ctx) => {
        const [, top = "", second] = ctx.value.split("/");
        const fault = /[,:]/.test(ctx.value)
            ? "must not contain , or :, which Proxmox VE cannot store"
            : SYSTEM.split(" ").includes(top) || (second === undefined && ["", "home", "mnt", "srv", "var", "media"].includes(top))
              ? "must not be one of the node's system directories"
              : undefined;
        if (fault) ctx.issues.push({ code: "custom", message: fault, input: ctx.value });
    });

/** Why a path is not a place for users' files; undefined if it is one. */
export function dataPathFault(path: string): string | undefined {
    if (!path.startsWith(`${DATA_ROOT}/`)) return `must be under ${DATA_ROOT}`;
    // In any case of letters: the file system may not tell them apart.
    return /^\/\.pvesmb/iu.test(path.slice(DATA_ROOT.length))
        ? `${DATA_ROOT}/.pvesmb is reserved for pvesmb; use another directory`
        : undefined;
}

/** An absolute path for users' files that passwd can store too. */
export const dataPath = (): z.ZodString =>
    absolutePath().check((ctx) => {
        const fault = ctx.value.includes(":") ? "must not contain :" : dataPathFault(ctx.value);
        if (fault) ctx.issues.push({ code: "custom", message: fault, input: ctx.value });
    });

/** Octal mode of a directory or file, such as "0770" or "2770". */
export const mode = (): z.ZodString => z.string().regex(/^[0-7]?[0-7]{3}$/, 'must be an octal mode such as "0770"');

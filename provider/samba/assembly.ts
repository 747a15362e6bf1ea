import type { AssembleStep, Step } from "../hosts/batch";
import { SAMBA } from "./paths";
import { option, section } from "./text";

/**
 * Options that relax the server as a whole while something on it needs that. They follow all shares: each share has copied the server's
 * earlier values by then (`server smb encrypt`), which therefore no longer apply to the session but still to each share (seen with 4.17).
 */
type Opening = readonly (readonly [name: string, value: string | number])[];

/**
 * Guests get in only if a share asks for them (samba.md section 3). They have no key to encrypt with, but if encryption is `desired` Samba
 * (4.17) requests it from them too, and clients give up with NT_STATUS_INVALID_PARAMETER_MIX.
 */
const GUESTS: Opening = [
    ["map to guest", "bad user"],
    ["restrict anonymous", 0],
    ["server smb encrypt", "if_required"],
];

/**
 * A user who must change the password cannot log in. The client connects anonymously to IPC$ and changes it there (remote_password_change()
 * in source3/libsmb/passchange.c; Windows does the same). Such a connection cannot list shares or users.
 */
const PASSWORD_CHANGE: Opening = [
    ["restrict anonymous", 1],
    ["server smb encrypt", "if_required"],
];

/** Prefix of fragment lines for gateways with `samba.macos`; the assembly strips it there. */
export const ON_MACOS = "#macos ";
/** Prefixes of lines that move to the end of the assembled file. */
const ON_GUESTS = "#guests ";
const ON_ANONYMOUS = "#anonymous ";

const text = (prefix: string, opening: Opening): string =>
    [section("global"), ...opening.map(([name, value]) => option(name, value))].map((line) => prefix + line).join("");

/** For the fragment of a share with `guest`. */
export const guestOpening = text(ON_GUESTS, GUESTS);
/** The file of an account that must change its password. */
export const passwordOpening = `# Written by pvesmb: the user has to choose a password, which a client does without a login.\n${text(ON_ANONYMOUS, PASSWORD_CHANGE)}`;

/** In this order, since guests need more. */
const LAST = [
    { prefix: ON_ANONYMOUS, unless: SAMBA.noAnonymous },
    { prefix: ON_GUESTS, unless: SAMBA.noGuests },
];

/** The file that smbd reads: all shares' fragments and what users need. */
export const assembly: AssembleStep = {
    do: "assemble",
    from: SAMBA.fragments,
    suffix: ".conf",
    more: [{ from: SAMBA.accounts, suffix: ".conf" }],
    to: SAMBA.shares,
    header: "# Assembled by pvesmb from shares.d and users.d; edit none of them here.\n",
    mode: "0644",
    reveal: { prefix: ON_MACOS, if: SAMBA.macos },
    last: LAST,
};

/**
 * What a reload of smbd does not update. Runs after smbd has been `told`; sessions stay open.
 *
 * The processes that answer requests for lists (samba-dcerpcd, which smbd starts on demand) keep the `restrict anonymous` of their start
 * (seen with 4.17). After a change of guest access they would disclose too much or too little.
 */
export const followers = (told: Step): Step[] => [
    {
        do: "assemble",
        id: "guests",
        from: SAMBA.fragments,
        suffix: ".conf",
        only: { prefix: ON_GUESTS, unless: SAMBA.noGuests },
        to: SAMBA.guests,
        header: "",
        mode: "0644",
    },
    { ...told, ifChanged: "guests" },
    // 1: not running, since nobody has asked yet.
    { do: "run", ifChanged: "guests", argv: ["smbcontrol", "samba-dcerpcd", "shutdown"], ok: [0, 1], changes: false },
];

/** A fragment as it appears in the assembled file. */
export function served(fragment: string, macos: boolean): string {
    const lines = (macos ? fragment.replaceAll(ON_MACOS, "") : fragment).split("\n");
    return lines.filter((line) => !LAST.some(({ prefix }) => line.startsWith(prefix))).join("\n");
}

/** The relaxations at the end of the assembled file, from the files of a look. */
export function openings(files: Readonly<Record<string, string>>): string {
    const sources = Object.entries(files).filter(([path]) =>
        [SAMBA.fragments, SAMBA.accounts].some((folder) => path.startsWith(`${folder}/`) && path.endsWith(".conf")),
    );
    const lines = sources.flatMap(([, content]) => content.split("\n"));
    return LAST.filter(({ unless }) => files[unless] === undefined)
        .flatMap(({ prefix }) => lines.filter((line) => line.startsWith(prefix)).map((line) => `${line.slice(prefix.length)}\n`))
        .join("");
}

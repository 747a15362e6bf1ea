import type { AssembleStep, Step } from "../hosts/batch";
import { SAMBA } from "./paths";
import { option, section } from "./text";

/**
 * What opens the server as a whole, for as long as something on it needs it. It stands behind all shares: those have been given what the
 * server asks for before (`server smb encrypt`), so that it no longer holds for a session as a whole, and does for each share (seen with 4.17).
 */
type Opening = readonly (readonly [name: string, value: string | number])[];

/**
 * Guests are let in only where a share asks for them (samba.md section 3). They have no key to encrypt with, and where the server only desires
 * it Samba (4.17) tells them to all the same: clients give up with NT_STATUS_INVALID_PARAMETER_MIX.
 */
const GUESTS: Opening = [
    ["map to guest", "bad user"],
    ["restrict anonymous", 0],
    ["server smb encrypt", "if_required"],
];

/**
 * Who must change the password cannot log in: the client connects without a login, to IPC$, and changes it there (remote_password_change() in
 * source3/libsmb/passchange.c; Windows does the same). Lists of shares and users stay closed to such a connection.
 */
const PASSWORD_CHANGE: Opening = [
    ["restrict anonymous", 1],
    ["server smb encrypt", "if_required"],
];

/** Lines of a fragment that hold on a gateway with `samba.macos` begin so; the assembly takes it away there. */
export const ON_MACOS = "#macos ";
/** How lines begin that come last of all in the file of all shares. */
const ON_GUESTS = "#guests ";
const ON_ANONYMOUS = "#anonymous ";

const text = (prefix: string, opening: Opening): string =>
    [section("global"), ...opening.map(([name, value]) => option(name, value))].map((line) => prefix + line).join("");

/** In the fragment of a share with `guest`. */
export const guestOpening = text(ON_GUESTS, GUESTS);
/** The file of an account that has to choose a password. */
export const passwordOpening = `# Written by pvesmb: the user has to choose a password, which a client does without a login.\n${text(ON_ANONYMOUS, PASSWORD_CHANGE)}`;

/** In this order: guests need more. */
const LAST = [
    { prefix: ON_ANONYMOUS, unless: SAMBA.noAnonymous },
    { prefix: ON_GUESTS, unless: SAMBA.noGuests },
];

/** All shares as smbd reads them, of their fragments and of what users need. */
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

const AVAHI = "avahi-daemon";
/** How the line of a fragment begins that names a share for Time Machine. */
const ON_BACKUPS = "#backups ";

export const announced = (name: string): string => `${ON_BACKUPS}${name}\n`;

/** Lines of the fragments that others than smbd go by, in a file of their own, so that a change of them is seen. */
const picked = (id: string, to: string, only: { prefix: string; unless?: string }): Step => ({
    do: "assemble",
    id,
    from: SAMBA.fragments,
    suffix: ".conf",
    only,
    to,
    header: "",
    mode: "0644",
});

/**
 * What does not follow a reload of smbd; it comes once smbd has been `told`, and nobody's session ends.
 *
 * smbd tells Avahi of itself and of the shares for Time Machine when it finds Avahi, and never again (avahi_client_callback() in
 * source3/smbd/avahi_register.c): where there are others than before, Avahi starts anew.
 *
 * The processes that answer who asks for lists (samba-dcerpcd, begun by smbd when they are asked for) go on by what `restrict anonymous` was
 * when they began (seen with 4.17): with or without guests as before, they would tell too much, or too little.
 */
export const followers = (told: Step): Step[] => [
    picked("backups", SAMBA.backups, { prefix: ON_BACKUPS }),
    picked("guests", SAMBA.guests, { prefix: ON_GUESTS, unless: SAMBA.noGuests }),
    ...["backups", "guests"].map((id): Step => ({ ...told, ifChanged: id })),
    {
        do: "run",
        ifChanged: "backups",
        argv: ["systemctl", "restart", AVAHI],
        onlyIf: ["systemctl", "is-active", "--quiet", AVAHI],
        changes: false,
    },
    // 1: nobody has asked yet.
    { do: "run", ifChanged: "guests", argv: ["smbcontrol", "samba-dcerpcd", "shutdown"], ok: [0, 1], changes: false },
];

/** A fragment as the file of all shares has it. */
export function served(fragment: string, macos: boolean): string {
    const lines = (macos ? fragment.replaceAll(ON_MACOS, "") : fragment).split("\n");
    return lines.filter((line) => !LAST.some(({ prefix }) => line.startsWith(prefix))).join("\n");
}

/** What the server as a whole is to be told behind all shares, by the files of a look. */
export function openings(files: Readonly<Record<string, string>>): string {
    const sources = Object.entries(files).filter(([path]) =>
        [SAMBA.fragments, SAMBA.accounts].some((folder) => path.startsWith(`${folder}/`) && path.endsWith(".conf")),
    );
    const lines = sources.flatMap(([, content]) => content.split("\n"));
    return LAST.filter(({ unless }) => files[unless] === undefined)
        .flatMap(({ prefix }) => lines.filter((line) => line.startsWith(prefix)).map((line) => `${line.slice(prefix.length)}\n`))
        .join("");
}

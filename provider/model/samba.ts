import { isIP } from "node:net";
import * as z from "zod";
import { type Consequence, field } from "./meta";
import { isCidr } from "./network";
import { optionKey } from "./options/synonyms";
import { size } from "./size";
import { configText } from "./text";

const netbios = () => z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,14}$/, "must be a NetBIOS name of 1 to 15 letters, digits, _ or -");

/** For settings that smbd reads only at startup. */
export const RESTARTS: Consequence = {
    does: "smbd is restarted: open connections are closed, clients reconnect by themselves",
    effect: "restarts-smbd",
};

/** Raw options that smbd reads only at startup (main() in source3/smbd/server.c). */
const AT_START = ["mdns name", "multicast dns register", "rpc start on demand helpers"];

const startOptions = (options: unknown): string =>
    JSON.stringify(
        Object.entries(Object(options) as Record<string, string>)
            .filter(([name]) => AT_START.some((each) => optionKey(each) === optionKey(name)))
            .map(([name, value]) => [optionKey(name), value])
            .sort(),
    );

/** For settings that client and server negotiate when a session begins. */
const AGREED: Consequence = { does: "applies to new sessions, open ones continue unchanged" };

/** Oldest first. */
export const PROTOCOLS = ["SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11"] as const;

const listening = z
    .string()
    .refine(
        (text) => /^[a-z][a-z0-9._-]{0,14}$/.test(text) || (isIP(text) !== 0 && !text.includes("%")) || isCidr(text, 4) || isCidr(text, 6),
        {
            error: "must be an interface such as eth0, an address, or an address with prefix length",
        },
    );

const logging = z.strictObject({
    target: field(z.enum(["journal", "file"]).default("journal"), {
        effect: RESTARTS,
        description:
            "`journal`: the gateway's journal, audits under the name smbd_audit. `file`: /var/log/samba/log.smbd and audit.log there, both rotated.",
    }),
    level: field(z.int().min(0).max(10).default(1), { description: "smbd's log level." }),
    logins: field(z.boolean().default(false), {
        description:
            'Log every login, the refused ones too, as one line of JSON: who, from where, by which protocol, and how it ended. With `target: "file"` in /var/log/samba/logins.json.',
    }),
    maxSize: field(size({ min: "64KiB", multipleOf: "1KiB" }).default("16MiB"), {
        description:
            "Files of audits and logins: size at which a new one is begun; checked every minute. If a file reaches four times that size in between, smbd itself renames it to `.old` and replaces the previous one.",
        compare: "bytes",
    }),
    keep: field(z.int().min(1).max(1000).default(7), { description: "Files of audits and logins: how many old ones are kept." }),
});

const discovery = z.strictObject({
    wsdd: field(z.boolean().default(false), { description: "Appear in Windows' network view (WS-Discovery). Installs wsdd." }),
    avahi: field(z.boolean().default(false), {
        description:
            "Appear in the Finder, and with shares that have `timeMachine` in Time Machine's list (mDNS). Installs avahi-daemon. What other files of Samba add is not announced.",
    }),
});

const lockout = z.strictObject({
    attempts: field(z.int().min(1).max(998), { description: "Failed logins in a row that lock an account." }),
    minutes: field(z.int().min(1).max(99_999).default(30), { description: "How long it stays locked.", unit: "minutes" }),
    resetMinutes: field(z.int().min(1).max(99_999).default(30), {
        description: "Time without a failed login after which the count starts again.",
        unit: "minutes",
    }),
});

const settings = z.strictObject({
    workgroup: field(netbios().default("WORKGROUP"), {
        description: "Workgroup.",
        compare: "caseless",
        effect: RESTARTS,
    }),
    serverString: field(configText(64).default("pvesmb"), { description: "Description of the server that clients see." }),
    netbiosName: field(netbios().optional(), {
        description: "NetBIOS name.",
        defaultText: "the first 15 characters of the host name",
        compare: "caseless",
        effect: RESTARTS,
    }),
    interfaces: field(z.array(listening).min(1).max(32).optional(), {
        description: "Where to listen, beside the loopback interface.",
        defaultText: "everywhere",
        compare: "set",
        effect: RESTARTS,
    }),
    minProtocol: field(z.enum(PROTOCOLS).default("SMB3_00"), {
        description: "Oldest protocol that clients may speak. SMB 1 is never spoken.",
        effect: RESTARTS,
    }),
    maxProtocol: field(z.enum(PROTOCOLS).default("SMB3_11"), { description: "Newest protocol.", effect: RESTARTS }),
    signing: field(z.enum(["mandatory", "auto"]).default("mandatory"), {
        description: "Whether clients have to sign.",
        effect: AGREED,
    }),
    encryption: field(z.enum(["required", "desired", "if_required"]).default("desired"), {
        description: "`required` refuses clients that cannot; `desired` encrypts with all that can; `if_required` with those that ask.",
        effect: AGREED,
    }),
    ntlm: field(z.enum(["ntlmv2-only", "disabled"]).default("ntlmv2-only"), {
        description: "`disabled` locks out all local accounts: they have no other way to log in.",
        effect: AGREED,
    }),
    lockout: field(lockout.optional(), {
        description:
            "Lock an account after failed logins. Whoever reaches the gateway and knows a user's name can then lock that user out for as long.",
        defaultText: "accounts are not locked",
    }),
    guests: field(z.enum(["onDemand", "never"]).default("onDemand"), {
        description:
            "`onDemand`: guests are let in as soon as a share has `guest`, and a share with `guest` then asks no client to encrypt, since guests cannot; `never`, and with `encryption` `required`: such a share is refused.",
        effect: AGREED,
    }),
    maxProcesses: field(z.int().min(4).max(100_000).optional(), {
        description:
            "Most connections at once. smbd runs a process for each and refuses what comes beyond, so that no client uses up the gateway's memory.",
        defaultText: "smbd's share of `lxc.memory` (all but a reserve of a quarter, 64 to 512 MiB) divided by 3 MiB: 128 with 512MiB",
    }),
    maxPerAddress: field(z.int().min(1).max(100_000).optional(), {
        description:
            "Most connections at once from one address (IPv6: from one network of 64 bits). To be raised where many clients are behind one address.",
        defaultText: "half of `maxProcesses`",
    }),
    multichannel: field(z.boolean().default(true), {
        description: "Let one client use several connections (SMB multichannel).",
        effect: RESTARTS,
    }),
    directoryLeases: field(z.boolean().optional(), {
        description: "Let clients keep listings of folders in their own memory. Samba 4.22 and later.",
        defaultText: "Samba's own default",
    }),
    macos: field(z.boolean().default(false), {
        description:
            "Metadata and streams as macOS wants them (fruit), on all shares: a Mac applies what the first share offers to all of them.",
        effect: RESTARTS,
    }),
    logging: field(logging.default({ target: "journal", level: 1, logins: false, maxSize: "16MiB", keep: 7 }), {
        description: "Where smbd and the shares' audits log.",
    }),
    discovery: field(discovery.default({ wsdd: false, avahi: false }), {
        description: "How clients find the gateway without its address.",
    }),
    timeZone: field(
        z
            .string()
            .regex(/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/, "must be a time zone such as Europe/Vienna")
            .optional(),
        { description: "Time zone of the container.", defaultText: "that of the template", effect: RESTARTS },
    ),
    manageGlobal: field(z.boolean().default(false), {
        description:
            "Modes `existing` and `native`: let the program set options of the host's whole Samba too. What smb.conf sets itself is refused, and smbd is not restarted.",
    }),
    options: field(z.record(z.string(), z.string()).default({}), {
        description: "Further global smb.conf options. What pvesmb writes itself, and what runs programs, is refused.",
        effect: {
            ...RESTARTS,
            when: `changed in ${AT_START.map((name) => `\`${name}\``).join(", ")}`,
            if: (before, after) => startOptions(before) !== startOptions(after),
        },
    }),
});

export type SambaSettings = z.infer<typeof settings>;

export const sambaSettings = field(settings.default(settings.parse({})), { description: "Settings of the whole Samba server." });

/** Guests have no key for encryption. */
export const letsGuestsIn = ({ guests, encryption }: Pick<SambaSettings, "guests" | "encryption">): boolean =>
    guests !== "never" && encryption !== "required";

/** Protocols in the wrong order, or encryption that the newest one does not support. */
export function protocolFault({ minProtocol, maxProtocol, encryption }: SambaSettings): { property: string; reason: string } | undefined {
    const [oldest, newest] = [PROTOCOLS.indexOf(minProtocol), PROTOCOLS.indexOf(maxProtocol)];
    if (oldest > newest) return { property: "samba.minProtocol", reason: `must not be newer than \`maxProtocol\` (${maxProtocol})` };
    return encryption === "required" && newest < PROTOCOLS.indexOf("SMB3_00")
        ? { property: "samba.encryption", reason: "needs SMB3; raise `maxProtocol`" }
        : undefined;
}

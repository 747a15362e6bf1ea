import { asset } from "../base/asset";
import { PvesmbError } from "../base/errors";
import { unitParts } from "../model/domain-names";
import type { Said } from "./answers/membership";
import { realmOf } from "./names";
import { renderKrb5 } from "./krb5";
import { ROOM_SECRETS } from "./offline-join";
import type { Provisioned } from "./offline-join";
import { NET } from "./private-run";
import type { PrivateCommand, PrivateRun } from "./private-run";

/** Who logs in to the domain: by password, or with tickets (a credential cache) or keys (a keytab) that he has, both in Base64. */
export type Login = { user: string } & ({ password: string } | { tickets: string } | { keytab: string });

/** `config`: the text of smb.conf for `net`. */
export const inRoom = (domain: string, config: string, commands: PrivateCommand[]): PrivateRun => ({
    files: { "smb.conf": config, "krb5.conf": renderKrb5({ domain }) },
    binaries: Object.assign({}, ...commands.map(({ binaries }) => binaries)) as Record<string, string>,
    env: { KRB5_CONFIG: "{room}/krb5.conf", KRB5CCNAME: "FILE:{room}/tickets" },
    commands,
});

/** `user@REALM`: net would take the workgroup for the realm of a plain name. */
function loginName(user: string, domain: string): string {
    const plain = user.includes("\\") ? user.slice(user.indexOf("\\") + 1) : user;
    return plain.includes("@") ? plain : `${plain}@${realmOf(domain)}`;
}

/** The room's copy of given tickets: net adds those that it gets by them. */
const GIVEN = "given-tickets";
const KEYTAB = "given-keytab";

/** `before`: what becomes the command once it has tickets for it. */
function proofOf(login: Login | Provisioned, domain: string): { options: string[]; before?: string[] } & Partial<PrivateCommand> {
    // The account itself, once provisionRoom has run in this room.
    if ("blob" in login) return { options: ["-P", ...ROOM_SECRETS] };
    // net reads one line where it has no terminal.
    if ("password" in login) return { options: ["-U", loginName(login.user, domain)], stdin: `${login.password}\n` };
    // net of 4.17 looks into the cache of the environment only, whatever --use-krb5-ccache names (seen in the lab).
    const env = { KRB5CCNAME: `FILE:{room}/${GIVEN}` };
    if ("tickets" in login) return { options: [], env, binaries: { [GIVEN]: login.tickets } };
    const kinit = [asset("ad/program/keytab.py"), `{room}/${KEYTAB}`, loginName(login.user, domain), `{room}/${GIVEN}`];
    return { options: [], before: ["python3", "-I", "-c", ...kinit], env, binaries: { [KEYTAB]: login.keytab } };
}

/** Kerberos only: no password or hash of it goes over the network, and a hardened domain takes nothing else. */
export function withLogin(
    login: Login | Provisioned,
    domain: string,
    name: string,
    argv: string[],
    more: Partial<PrivateCommand> = {},
): PrivateCommand {
    const { options, before = [], ...proof } = proofOf(login, domain);
    return { name, argv: [...before, ...NET, "ads", ...argv, ...options, "--use-kerberos=required"], ...proof, timeout: 30, ...more };
}

/** By the computer account. */
export const asMachine = (name: string, argv: string[], more: Partial<PrivateCommand> = {}): PrivateCommand => ({
    name,
    argv: [...NET, "ads", ...argv, "-P", "--use-kerberos=required"],
    timeout: 30,
    ...more,
});

export const testJoin: PrivateCommand = { name: "testjoin", argv: [...NET, "ads", "testjoin"], timeout: 20 };

export const baseOf = (domain: string): string =>
    domain
        .split(".")
        .map((label) => `DC=${label}`)
        .join(",");

/** A value within a search filter (RFC 4515). */
export const filterValue = (text: string): string =>
    [...Buffer.from(text)]
        .map((byte) =>
            /[A-Za-z0-9 ._-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, "0")}`,
        )
        .join("");

export const ACCOUNT_ATTRIBUTES = [
    ...["distinguishedName", "objectSid", "servicePrincipalName", "dNSHostName"],
    ...["userAccountControl", "msDS-SupportedEncryptionTypes"],
];

export const accountSearch = (computer: string): string[] => [
    "search",
    `(sAMAccountName=${filterValue(computer)}$)`,
    ...ACCOUNT_ATTRIBUTES,
];

/** `Servers/Gateways` of `OU=Gateways,OU=Servers,DC=…`, as `createcomputer=` takes it. */
export function unitPath(ou: string): string {
    const parts = unitParts(ou);
    if (parts === undefined)
        throw new PvesmbError("InvalidInput", `ou: ${JSON.stringify(ou)} is no organizational unit`, { property: "ou" });
    return [...parts.units].reverse().join("/");
}

/** An entry as `net ads search` and `net ads dn` print it: `name: value`, one line each; names in lower case. */
export type Entry = ReadonlyMap<string, readonly string[]>;

export function parseEntries({ stdout }: Said): Entry[] {
    const entries: Map<string, string[]>[] = [];
    // Before each entry there is an empty line, behind `Got 1 replies`.
    for (const block of stdout.split(/\n\s*\n/)) {
        const entry = new Map<string, string[]>();
        for (const line of block.split("\n")) {
            const found = /^([A-Za-z][A-Za-z0-9-]*): (.*)$/.exec(line);
            if (found) entry.set((found[1] ?? "").toLowerCase(), [...(entry.get((found[1] ?? "").toLowerCase()) ?? []), found[2] ?? ""]);
        }
        if (entry.size > 0) entries.push(entry);
    }
    return entries;
}

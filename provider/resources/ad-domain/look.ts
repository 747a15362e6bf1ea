import { FACTS_FILE } from "../../samba/gateway-unit";
import { CTDB } from "../../ctdb";
import { partPath } from "../../samba/config/part";
import type { Gather, GatherResult } from "../../hosts";
import {
    accountSearch,
    asMachine,
    dnsProgram,
    DOMAIN,
    KRB5_CONF,
    NSSWITCH,
    parseEntries,
    parseProbe,
    parseTestjoin,
    privateAnswers,
    probeCommand,
    testJoin,
} from "../../ad";
import type { Entry, Membership as Joined, PrivateCommand, Probe } from "../../ad";
import { ADMISSION_FILES } from "./admission";
import { AWAY_FILES } from "./away";
import { PART } from "./part";
import { inPrivate } from "./private-step";
import type { Answers } from "./private-step";
import type { Membership } from "./types";

/** Files of a membership. */
export const FILES: Gather = {
    files: [
        DOMAIN.mark,
        CTDB.mark,
        DOMAIN.kept,
        DOMAIN.krb5Before,
        DOMAIN.served,
        KRB5_CONF,
        NSSWITCH,
        FACTS_FILE,
        partPath(PART),
        ...ADMISSION_FILES,
        ...AWAY_FILES,
        ...(dnsProgram.look.files ?? []),
    ],
    commands: dnsProgram.look.commands ?? [],
};

export const STATUS = "domain status";

/** What the domain says to the computer account: the membership, and its account. */
export const asksDomain = ({ computerName }: Membership): PrivateCommand[] => [
    { ...testJoin, must: true },
    asMachine("account", accountSearch(computerName)),
];

/** Whether winbindd works by the computer account. */
export const asksWinbind: PrivateCommand = { name: "trust", argv: ["wbinfo", "-t"], timeout: 20 };

export const statusCommand = (member: Membership) => ({
    name: STATUS,
    ...inPrivate(member, [...asksDomain(member), asksWinbind]),
    timeout: 90,
});

export interface Status {
    membership: Joined;
    account?: Entry;
    /** What `wbinfo -t` said against it. */
    trust?: string;
}

export const statusIn = (stdout: string): Status => statusOf(privateAnswers(stdout));

export function statusOf({ testjoin, account, trust }: Answers): Status {
    const membership: Joined =
        testjoin === undefined ? { joined: false, failure: "other", text: "net ads testjoin gave no answer" } : parseTestjoin(testjoin);
    const [entry] = account?.code === 0 ? parseEntries(account) : [];
    return {
        membership,
        ...(entry === undefined ? {} : { account: entry }),
        ...(trust === undefined || trust.code === 0 ? {} : { trust: trust.stderr.trim() || trust.stdout.trim() }),
    };
}

const IN_DNS = "domain names";

/** Asks the servers of the zone for the gateway's own name. */
export const dnsLook = ({ domain, computerName }: Membership) => probeCommand(IN_DNS, { domain, computerName, controllers: false });

/** Addresses that any of them has for it; undefined: none of them answers. */
export const addressesInDns = ({ commands }: GatherResult): string[] | undefined =>
    ownAddresses(parseProbe(commands[IN_DNS]?.stdout ?? ""));

export function ownAddresses(probe: Probe | undefined): string[] | undefined {
    const told = Object.values(probe?.own ?? {}).filter((found) => found !== undefined);
    return told.length === 0 ? undefined : [...new Set(told.flat())];
}

/** What of a gateway's addresses is missing in DNS, as drift. */
export const lostInDns = (wanted: readonly string[], found: readonly string[]): string[] => {
    const lost = wanted.filter((address) => !found.includes(address));
    return lost.length === 0 ? [] : [`dns: ${lost.join(", ")} is not registered`];
};

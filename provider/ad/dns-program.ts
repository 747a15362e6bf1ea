import { posix } from "node:path";
import * as z from "zod";
import { asset } from "../base/asset";
import { SANDBOX } from "../base/sandbox";
import { Program } from "../hosts/programs";
import { parsed } from "../base/json";
import { DOMAIN } from "./paths";

export interface DnsEntry {
    id: string;
    /** The URN: tells an administrator whose file it is. */
    key: string;
    names: readonly string[];
    addresses: readonly string[];
}

export const dnsEntryText = (entry: DnsEntry): string => `${JSON.stringify({ v: 1, ...entry })}\n`;

/** What is no text in a list is left out. */
const texts = z
    .array(z.unknown())
    .catch([])
    .transform((list) => list.filter((each) => typeof each === "string"));
const written = z.object({ names: texts, addresses: texts });

/** Undefined: none, or not one of ours. */
export function parseDnsEntry(text: string | undefined): Pick<DnsEntry, "names" | "addresses"> | undefined {
    const found = parsed(written, text);
    return found === undefined || found.names.length === 0 ? undefined : found;
}

const service = `[Unit]
Description=pvesmb: registers this gateway in the domain's DNS
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/bin/python3 -I ${DOMAIN.program}
TimeoutStartSec=3min
UMask=0077
${SANDBOX}`;

/** Windows scavenges what was not refreshed for a week or two (its defaults: 7 + 7 days); after a boot, addresses may be others. */
const timer = `[Unit]
Description=pvesmb: registers this gateway in the domain's DNS

[Timer]
OnCalendar=daily
OnBootSec=2min
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
`;

/** Registers the gateway's name every day by its computer account. */
export const dnsProgram = new Program({
    name: "domain dns",
    files: () => [
        { do: "directory", path: posix.dirname(DOMAIN.program), mode: "0755" },
        { do: "write", path: DOMAIN.program, content: asset("ad/program/register.py"), mode: "0755" },
    ],
    units: { [DOMAIN.service]: service, [DOMAIN.timer]: timer },
    timer: DOMAIN.timer,
    stops: [DOMAIN.service],
    entries: DOMAIN.entries,
    leaves: { files: [DOMAIN.program] },
    entry: "the entry for DNS",
});

import { DOMAIN, memberLines } from "../../ad";
import type { GlobalLines, IdmapSettings, IdRange } from "../../ad";
import { partText } from "../../samba/config/part";
import type { GlobalPart } from "../../samba/config/part";
import type { Membership } from "./types";

/** For BUILTIN and what belongs to no domain: some dozens of ids, below those of local accounts. */
const DEFAULT_RANGE: IdRange = { low: 3000, high: 7999 };

/** The owner, as it stands in the part's file name. */
export const PART = "domain";

export function rangeOf(text: string): IdRange {
    const [low = NaN, high = NaN] = text.split("-").map(Number);
    return { low, high };
}

export const idmapOf = ({ workgroup, idRange, backend }: Pick<Membership, "workgroup" | "idRange" | "backend">): IdmapSettings => ({
    default: DEFAULT_RANGE,
    domains: { [workgroup]: { backend: backend ?? "rid", ...rangeOf(idRange) } },
});

const ownLines = (member: Membership): GlobalLines => {
    const { domain, workgroup, computerName, servers } = member;
    return [["netbios name", computerName.toUpperCase()], ...memberLines({ domain, workgroup, idmap: idmapOf(member), servers })];
};

/** The domain's part of [global]. */
export function domainPart(member: Membership): GlobalPart {
    const { allowed } = member;
    return {
        owner: PART,
        lines: [
            ...ownLines(member),
            ...(allowed === undefined ? [] : ([["obey pam restrictions", true]] satisfies GlobalLines)),
            // There only while the domain does not answer.
            ["include", DOMAIN.away],
        ],
        reserves: [
            ...["netbios name", "workgroup", "realm", "server role", "security", "kerberos method", "kerberos encryption types"],
            ...[
                "obey pam restrictions",
                "password server",
                "allow trusted domains",
                "client ldap sasl wrapping",
                "winbind *",
                "template *",
                "idmap config *",
            ],
        ],
    };
}

/** smb.conf for `net` in a place of its own, before the gateway's has the part. */
export const toolConfig = (member: Membership): string => partText({ owner: PART, lines: ownLines(member), reserves: [] });

import { DOMAIN, memberNameIn } from "../ad";
import type { Gather, GatherResult } from "../hosts";
import { uncOf } from "../samba/unc";

/** What says whether the gateway is a member of a domain. */
export const NAME_LOOK: Gather = { files: [DOMAIN.mark] };

interface Uncs {
    unc?: string;
    uncByAddress?: string;
}

/** Paths of a share: by the gateway's name in its domain, for Kerberos, else as by its address. Undefined: nobody knows the address. */
export function uncsOf(address: string | undefined, share: string, look: Pick<GatherResult, "files"> | undefined): Uncs {
    const byAddress = uncOf(address, share);
    const unc = uncOf(memberNameIn(look?.files[DOMAIN.mark]), share) ?? byAddress;
    return { ...(unc === undefined ? {} : { unc }), ...(byAddress === undefined ? {} : { uncByAddress: byAddress }) };
}

/** Paths of a share whose gateway does not answer, when its address is known: that of its name in a domain stays. */
export function movedUncs(address: string | undefined, share: string, { unc, uncByAddress }: Uncs): Uncs {
    const now = uncOf(address, share);
    if (now === undefined || uncByAddress === undefined) return {};
    return { ...(unc === uncByAddress ? { unc: now } : {}), uncByAddress: now };
}

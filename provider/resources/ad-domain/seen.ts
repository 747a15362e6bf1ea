import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import type { Ready } from "../../gateway/session";
import { joined } from "../../hosts";
import type { GatherResult } from "../../hosts";
import { CTDB } from "../../ctdb";
import { DOMAIN, parseKept, parseMark, parseProbe, probeCommand, sameDomain } from "../../ad";
import type { DomainMark, KeptIds, Probe } from "../../ad";
import type { DomainInputs } from "../../model";
import { FILES } from "./look";
import { backendOf } from "./types";
import type { DomainState, Membership } from "./types";

const PROBE = "domain probe";

/** What of the inputs says where to look. */
type Wanted = Pick<DomainInputs, "domain" | "computerName" | "idRange" | "servers"> & Partial<Pick<DomainInputs, "idmap">>;

/** A gateway and the domain around it, before a join. */
export interface Seen {
    look: GatherResult;
    probe: Probe;
    mark?: DomainMark;
    kept?: KeptIds;
    /** What is decided by the program, by the state or by an earlier run. */
    known: Partial<Membership>;
    /** The membership, if a join was begun. */
    member?: Membership;
    forest?: string;
}

/** Looks without a login and without a change. */
export async function lookForJoin(
    ctx: Pick<Context<unknown>, "deadline">,
    { hostSession }: Ready,
    inputs: Wanted,
    before: DomainState | undefined,
): Promise<Seen> {
    const { domain } = inputs;
    const mine = inputs.computerName ?? before?.computerName;
    const probing = probeCommand(PROBE, { domain, ...(mine === undefined ? {} : { computerName: mine }), controllers: true });
    const found = await hostSession.executor.gather(joined([FILES, { commands: [probing] }]), ctx.deadline);
    const answer = found.commands[PROBE];
    const probe = parseProbe(answer?.stdout ?? "");
    if (probe === undefined)
        throw new PvesmbError(
            "RemoteFailed",
            `${hostSession.name}: the look at ${domain} failed: ${answer?.stderr.trim().slice(-500) ?? "no answer"}`,
        );
    if (found.files[CTDB.mark] !== undefined)
        throw new PvesmbError(
            "InvalidInput",
            "gateway: it is in a cluster (CtdbVip), whose gateways would all have to be one member; pvesmb does not offer that yet, so use a gateway that stands alone",
            { property: "gateway" },
        );
    const mark = parseMark(found.files[DOMAIN.mark]);
    const all = parseKept(found.files[DOMAIN.kept]);
    const kept = all !== undefined && sameDomain(all.domain, domain) ? all : undefined;
    refuseOtherRange(inputs, kept);
    const idRange = inputs.idRange ?? before?.idRange ?? kept?.idRange;
    const workgroup = before?.workgroup ?? mark?.workgroup;
    const computerName = mine ?? mark?.computerName;
    return {
        look: found,
        probe,
        ...(mark === undefined ? {} : { mark }),
        ...(kept === undefined ? {} : { kept }),
        known: {
            ...(idRange === undefined ? {} : { idRange }),
            backend: backendOf(inputs),
            ...(workgroup === undefined || workgroup === "" ? {} : { workgroup }),
            ...(computerName === undefined || computerName === "" ? {} : { computerName }),
        },
        ...(mark === undefined || !sameDomain(mark.domain, domain)
            ? {}
            : {
                  member: {
                      domain,
                      workgroup: mark.workgroup,
                      computerName: mark.computerName,
                      idRange: idRange ?? mark.idRange,
                      backend: backendOf(inputs),
                      servers: inputs.servers,
                  },
              }),
        ...(probe.controllers[0] === undefined ? {} : { forest: probe.controllers[0].forest }),
    };
}

/** Files on the data have owners of the range that it had. */
function refuseOtherRange({ idRange, idmap }: Wanted, kept: KeptIds | undefined): void {
    if (idmap !== undefined && kept !== undefined && (kept.backend ?? "rid") !== idmap.backend)
        throw new PvesmbError(
            "InvalidInput",
            `idmap.backend: accounts of ${kept.domain} have had their numbers by "${kept.backend ?? "rid"}" on this data, and files belong to them; set that`,
            { property: "idmap.backend" },
        );
    if (idRange !== undefined && kept !== undefined && kept.idRange !== idRange)
        throw new PvesmbError(
            "InvalidInput",
            `idRange: accounts of ${kept.domain} have had the numbers ${kept.idRange} on this data, and files belong to them; leave idRange out, or set that range`,
            { property: "idRange" },
        );
}

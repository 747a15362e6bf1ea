import { PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import type { GatherResult } from "../../hosts";
import { dnsNameOf, finding, NSSWITCH, otherDirectories, preflight, sameDomain } from "../../ad";
import type { ControllerFacts, Finding, IdSurroundings, Login, Probe, Provisioned } from "../../ad";
import { CONTAINER_IDS } from "../../model/id-map";
import { FIRST_ID, LAST_ID } from "../../samba/ids";
import { logIn } from "./login-look";
import type { JoinInputs, LoginAsking } from "./login-look";
import { idmapOf } from "./part";
import type { Membership } from "./types";

/** What must be known before the domain is touched. */
export interface Cleared {
    member: Membership;
    /** The controller that is asked for everything until the join is done, so that nothing waits for replication. */
    server: string;
    forest: string;
}

export interface Asking extends Omit<LoginAsking, "login"> {
    /** Undefined: only what needs no login is looked at. */
    login: Login | Provisioned | undefined;
    look: GatherResult;
    probe: Probe;
    /** Names that are decided already, by the program or by an earlier run. */
    known: Partial<Membership>;
    log: Log;
}

/** All that is wrong with a join, at once; nothing has been touched when it throws. */
export async function cleared(asking: Asking & { login: Login | Provisioned }): Promise<Cleared> {
    const { findings, member, controller, warnings } = await examined(asking);
    for (const warning of warnings) asking.log.warn(`AdDomain ${member.domain}: ${warning}`);
    if (findings.length > 0 || controller === undefined) throw refused(asking, findings);
    return { member, server: controller.controller, forest: controller.forest };
}

/** What a join would be, and all that is wrong with it. */
export interface Examined {
    member: Membership;
    /** The one to join at; undefined: none answers. */
    controller: ControllerFacts | undefined;
    findings: Finding[];
    warnings: string[];
}

export async function examined(asking: Asking): Promise<Examined> {
    const { inputs, probe, known, login } = asking;
    const { domain } = inputs;
    const said = controllerFor(probe, inputs);
    const workgroup = known.workgroup ?? inputs.workgroup ?? said?.workgroup ?? "";
    const computerName = known.computerName ?? nameOfHost(probe);
    const member: Membership = {
        domain,
        workgroup: said?.workgroup ?? workgroup,
        computerName,
        idRange: known.idRange ?? freeRange(probe.ids),
        backend: known.backend,
        servers: inputs.servers,
    };
    // A name that no tool may hold is a finding of its own; the login then waits.
    const possible = said !== undefined && /^[A-Za-z0-9-]{1,15}$/.test(computerName);
    const seen = possible && login !== undefined ? await logIn({ ...asking, login }, member, said.controller) : undefined;
    const findings = [
        ...preflight(
            {
                domain,
                computerName,
                ...(inputs.workgroup === undefined ? {} : { workgroup: inputs.workgroup }),
                idmap: idmapOf({ ...member, workgroup: member.workgroup || "DOMAIN" }),
            },
            { ...probe, ids: surroundings(probe, member, seen?.rid) },
        ).map((each) => ({ ...each, property: each.property.startsWith("idmap") ? "idRange" : each.property })),
        ...hostFindings(asking),
        ...nameFindings(asking, member),
        ...(seen?.findings ?? []),
    ];
    return { member, controller: said, findings, warnings: seen?.warnings ?? [] };
}

function refused({ hostSession, inputs }: Asking, findings: readonly Finding[]): PvesmbError {
    const lines = findings.map(({ property, text }) => `\n  - ${property}: ${text}`).join("");
    return new PvesmbError(
        "InvalidInput",
        `${hostSession.name} cannot join ${inputs.domain}, and nothing was changed, in the domain or here:${lines}`,
        { property: findings[0]?.property ?? "domain" },
    );
}

/** A writable one of those that answered: a preferred one, else one of the site. */
export function controllerFor({ controllers }: Probe, { domain, servers = [] }: JoinInputs): ControllerFacts | undefined {
    const fit = controllers.filter((each) => each.writable && sameDomain(each.domain, domain));
    const [preferred] = servers.flatMap((server) => fit.filter(({ controller }) => sameDomain(controller, server)));
    return preferred ?? fit.find(({ site, clientSite }) => site !== "" && site === clientSite) ?? fit[0];
}

/** The gateway cuts a long host name to make a NetBIOS name of it; a member's name must not be cut. */
function nameOfHost({ netbios, hostname }: Probe): string {
    const [label = hostname] = hostname.split(".");
    return netbios !== "" && !label.toUpperCase().startsWith(netbios.toUpperCase()) ? netbios : label.toUpperCase();
}

/** Behind local accounts; in a machine with all ids far behind them, where no other service has any. */
function freeRange(ids: number): string {
    if (ids <= CONTAINER_IDS) return `${LAST_ID + 1}-65533`;
    return ids > 2_000_000 ? "1000000-1999999" : `${CONTAINER_IDS}-${ids - 1}`;
}

const LOCAL = [{ low: FIRST_ID, high: LAST_ID, what: "local users and groups of pvesmb" }];

const surroundings = ({ ids }: Probe, { workgroup }: Membership, rid: number | undefined): IdSurroundings => ({
    local: LOCAL,
    ...(ids > 2_000_000 ? {} : { containerIds: ids }),
    ...(rid === undefined ? {} : { highestRid: { [workgroup]: rid } }),
});

/** Another one that keeps the host in a domain. */
function hostFindings({ look, probe }: Asking): Finding[] {
    const others = [...otherDirectories(look.files[NSSWITCH] ?? ""), ...probe.sssd];
    return others.length === 0
        ? []
        : [
              finding(
                  "already-joined",
                  "gateway",
                  `the host is a member by other means already (${others.join(", ")}): two of them give one account two numbers; remove it, as in \`realm leave\``,
              ),
          ];
}

/** A record of another machine: clients would go there. */
function nameFindings({ probe, inputs }: Asking, member: Membership): Finding[] {
    if (!inputs.dns.register) return [];
    const wanted = new Set([...probe.addresses, ...(inputs.dns.addresses ?? [])]);
    const foreign = [...new Set(Object.values(probe.own).flatMap((found) => found ?? []))].filter((address) => !wanted.has(address));
    return foreign.length === 0
        ? []
        : [
              finding(
                  "name-in-dns",
                  "computerName",
                  `${dnsNameOf(member)} has the address ${foreign.join(", ")} in DNS, which is not this gateway's; choose another name, or delete the record`,
              ),
          ];
}

import { finding } from "./finding";
import type { Finding } from "./finding";
import type { ControllerFacts, DomainInfo } from "./answers/domain";
import type { ServiceRecord } from "./answers/srv";
import { idmapFindings } from "./idmap";
import type { IdmapSettings, IdSurroundings } from "./idmap";
import { computerNameFindings, sameDomain } from "./names";

/** Seen from the gateway, before anything is touched and without a login. */
export interface PreflightFacts {
    /** What each nameserver of the gateway says to each name; undefined: it did not answer. */
    nameservers: Readonly<Record<string, Readonly<Record<string, readonly ServiceRecord[] | undefined>>>>;
    /** Controllers that answered. */
    controllers: readonly ControllerFacts[];
    info?: DomainInfo;
    /** Ports of controllers that could not be reached. */
    closed: readonly { controller: string; port: number }[];
    ids: IdSurroundings;
}

export interface PreflightSettings {
    domain: string;
    computerName: string;
    /** As the program states it, if it does. */
    workgroup?: string;
    idmap: IdmapSettings;
}

/** Kerberos refuses what is five minutes off; what is three off will be. */
export const MOST_OFFSET = 180;

/** All that is wrong, at once. Empty: the login may be tried. */
export function preflight(settings: PreflightSettings, facts: PreflightFacts): Finding[] {
    const { domain, computerName, workgroup, idmap } = settings;
    const said = facts.controllers.find((controller) => sameDomain(controller.domain, domain));
    return [
        ...nameserverFindings(domain, facts.nameservers),
        ...controllerFindings(domain, workgroup, facts.controllers, said),
        ...clockFindings(facts.info),
        ...portFindings(facts.closed),
        ...computerNameFindings(computerName, said?.workgroup ?? workgroup, "computerName"),
        ...idmapFindings(idmap, facts.ids),
    ];
}

function nameserverFindings(domain: string, nameservers: PreflightFacts["nameservers"]): Finding[] {
    return Object.entries(nameservers).flatMap(([server, names]) => {
        const answers = Object.entries(names);
        if (answers.length > 0 && answers.every(([, records]) => records === undefined))
            return [
                finding(
                    "dns-no-answer",
                    "network.nameservers",
                    `the nameserver ${server} does not answer; a gateway asks any of its nameservers, so each one must know ${domain}`,
                ),
            ];
        const missing = answers.filter(([, records]) => records === undefined || records.length === 0).map(([name]) => name);
        if (missing.length === 0) return [];
        return [
            finding(
                "dns-no-records",
                "network.nameservers",
                `the nameserver ${server} knows no ${missing.join(" and no ")}; use the domain's own nameservers, or let it forward ${domain} to them`,
            ),
        ];
    });
}

function controllerFindings(
    domain: string,
    workgroup: string | undefined,
    controllers: readonly ControllerFacts[],
    said: ControllerFacts | undefined,
): Finding[] {
    const found: Finding[] = [];
    if (!controllers.some((controller) => controller.writable && sameDomain(controller.domain, domain)))
        found.push(
            finding(
                "no-writable-controller",
                "domain",
                `no writable domain controller of ${domain} answers (${controllers.map(({ controller }) => controller).join(", ") || "none at all"}); ` +
                    "a computer account is made on one that is, within reach of port 389/udp",
            ),
        );
    if (said !== undefined && workgroup !== undefined && said.workgroup.toLowerCase() !== workgroup.toLowerCase())
        found.push(
            finding(
                "workgroup-differs",
                "workgroup",
                `${said.controller} calls the domain ${said.workgroup}, not ${workgroup}; leave workgroup out`,
            ),
        );
    return found;
}

function clockFindings(info: DomainInfo | undefined): Finding[] {
    if (info === undefined || Math.abs(info.offset) <= MOST_OFFSET) return [];
    const way = info.offset > 0 ? "behind" : "ahead of";
    return [
        finding(
            "clock-off",
            "domain",
            `the gateway's clock is ${Math.abs(info.offset)} s ${way} that of ${info.server}, and Kerberos takes 300 s at most; ` +
                "a container has its node's clock: set the time on the node, or on the domain controller",
        ),
    ];
}

function portFindings(closed: PreflightFacts["closed"]): Finding[] {
    const controllers = [...new Set(closed.map(({ controller }) => controller))];
    return controllers.map((controller) => {
        const ports = closed.filter((one) => one.controller === controller).map(({ port }) => port);
        return finding(
            "ports-closed",
            "domain",
            `${controller} cannot be reached on port ${ports.join(", ")}; a member needs 53, 88, 135, 389, 445, 464 and 49152 to 65535`,
        );
    });
}

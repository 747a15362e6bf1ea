import type { FindReport, StatusReport, TestReport } from "../resources/ad-domain/inspect";

/** Reports for reading. Empty values are left out. */
const lines = (...rows: [label: string, value: string | undefined][]): string[] =>
    rows.flatMap(([label, value]) => (value === undefined || value === "" ? [] : [`${`${label}:`.padEnd(20)}${value}`]));

const controllers = (all: StatusReport["controllers"]): string =>
    all
        .map(
            ({ controller, address, site, writable }) =>
                `${controller} (${[address, site, writable ? "" : "read-only"].filter(Boolean).join(", ")})`,
        )
        .join(", ");

const clock = (offset: number | undefined): string | undefined =>
    offset === undefined
        ? undefined
        : offset === 0
          ? "as the domain's"
          : `${Math.abs(offset)} s ${offset > 0 ? "behind" : "ahead of"} the domain's`;

const faults = (all: readonly string[]): string[] => all.map((text) => `  - ${text}`);

export function statusText(report: StatusReport): string {
    const { gateway, member, domain, workgroup, account } = report;
    const head = domain === undefined ? [] : [`${gateway} is ${member ? "a member" : "no working member"} of ${domain} (${workgroup})`];
    return [
        ...head,
        ...lines(
            ["name", report.dnsName],
            ["account", account?.dn],
            ["SID", account?.sid],
            ["password changed", account?.passwordChanged],
            ["SPNs", account?.servicePrincipalNames.join(", ")],
            ["numbers", report.idRange],
            ["addresses in DNS", report.addresses.join(", ")],
            ["controller in use", report.controllerInUse],
            ["controllers", controllers(report.controllers)],
            ["clock", clock(report.clockOffset)],
        ),
        ...(report.faults.length === 0 ? ["nothing is wrong"] : [`wrong on ${gateway}:`, ...faults(report.faults)]),
    ].join("\n");
}

export function testText(report: TestReport): string {
    const { gateway, domain, workgroup, findings, loggedIn } = report;
    return [
        ...lines(
            ["gateway", gateway],
            ["domain", `${domain}${workgroup === "" ? "" : ` (${workgroup})`}`],
            ["computer account", report.computerName],
            ["name", report.dnsName],
            ["numbers", report.idRange],
            ["controllers", controllers(report.controllers)],
            ["would ask", report.controller],
            ["clock", clock(report.clockOffset)],
            [
                "login",
                loggedIn ? "tried" : "not tried: without --user nobody looks at the account, its place, rights and the domain's size",
            ],
        ),
        ...(findings.length === 0
            ? ["nothing is wrong"]
            : [`${gateway} cannot join ${domain}:`, ...findings.map(({ property, text }) => `  - ${property}: ${text}`)]),
    ].join("\n");
}

export function findText(report: FindReport): string {
    const { asked, domain, found, kind, sid, id, account, groups, near } = report;
    if (!found) return `${asked} is nobody in ${domain}${near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`}`;
    const number = id ?? "none: no range of ids has room for it, so it has no access";
    return [
        ...lines(["account", account ?? asked], ["kind", kind], ["SID", sid], [kind === "group" ? "gid" : "uid", String(number)]),
        ...(groups === undefined || groups.length === 0 ? [] : ["groups:"]),
        ...(groups ?? []).map(
            (each) => `  - ${each.name ?? "(no name)"} ${each.sid}${each.gid === null ? " without a gid" : ` gid ${each.gid}`}`,
        ),
    ].join("\n");
}

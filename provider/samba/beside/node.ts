import { asset } from "../../base/asset";
import type { Step } from "../../hosts/batch";
import { parsePlan } from "./apt-plan";
import type { Plan, Untouchable } from "./apt-plan";

/** `$@`: packages. Prints what parseNodePackages reads. */
export const nodePlanScript = (): string => asset("samba/beside/node-plan.sh");

/** `$1`: lines of the plan; the rest: packages. */
export const nodeInstallScript = (): string => asset("samba/beside/node-install.sh");

/** Packages of a node, and what apt would do for those that are missing. */
export interface NodePackages {
    /** What to install; empty: nothing is missing. */
    wanted: string[];
    /** What `apt-get update` complained of. */
    update: string;
    plan: Plan;
    /** apt's own words, and its exit code. */
    said: string;
    code: number;
    untouchable: Untouchable;
    /** Version of Samba, without epoch. */
    samba?: string;
}

/** Undefined if the answer is not one of nodePlanScript. */
export function parseNodePackages(stdout: string): NodePackages | undefined {
    const parts = new Map<string, string>();
    let name = "";
    for (const line of stdout.split("\n")) {
        const next = /^== ([a-z]+)$/.exec(line)?.[1];
        if (next !== undefined) parts.set((name = next), "");
        else parts.set(name, `${parts.get(name) ?? ""}${line}\n`);
    }
    if (!parts.has("end")) return undefined;
    const part = (wanted: string): string => parts.get(wanted) ?? "";
    const words = (wanted: string): string[] => part(wanted).split("\n").filter(Boolean);
    const samba = words("samba")[0]?.replace(/^\d+:/, "");
    return {
        wanted: words("wanted"),
        update: part("update"),
        plan: parsePlan(part("plan")),
        said: part("plan"),
        code: Number(words("code")[0] ?? 0),
        untouchable: {
            held: new Set(words("held").map((each) => each.split(":")[0] ?? "")),
            proxmox: new Set(words("proxmox")),
        },
        ...(samba === undefined ? {} : { samba }),
    };
}

/** Set while a Samba that we installed has not been configured: smbd and nmbd are kept from starting. */
const UNCONFIGURED = "/var/lib/pvesmb/unconfigured";

/**
 * Starts a Samba that we installed, once its configuration is what both sides mean. A package installed while its unit is masked is not
 * enabled (seen with Samba 4.17.12). NetBIOS is not needed.
 */
export const firstStart: Step = {
    do: "run",
    argv: [
        "sh",
        "-c",
        `systemctl unmask --runtime --quiet smbd nmbd; systemctl disable --quiet nmbd && systemctl enable --quiet smbd && systemctl start smbd && rm ${UNCONFIGURED}`,
    ],
    unless: ["test", "!", "-e", UNCONFIGURED],
    message: "smbd, which pvesmb installed, does not start on the node; `journalctl -u smbd` there says why",
};

/** Undoes what node-install.sh did to keep them from starting. */
export const UNMASK = `if [ -e ${UNCONFIGURED} ]; then
    systemctl unmask --runtime --quiet smbd nmbd
    rm ${UNCONFIGURED}
fi
`;

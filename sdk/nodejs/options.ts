import * as pulumi from "@pulumi/pulumi";
import { CANNOT_IMPORT } from "../../provider/base/kind";

const NO_PROVIDERS = "pvesmb has no provider instances; give the gateway its own `connection`";

/** Pulumi resource options that have no use for a dynamic resource, and the alternative. */
const REFUSED: [option: "import" | "id" | "urn" | "provider" | "providers" | "version" | "pluginDownloadURL", why: string][] = [
    // The engine would read it without inputs, hence without a provider, and fail with an unhelpful message (pulumi.md 1.7).
    ["import", CANNOT_IMPORT],
    ["id", CANNOT_IMPORT],
    ["urn", "cannot be looked up by its URN; hand what is needed of it on as a stack output, such as a gateway's `ref`"],
    ["provider", `takes no \`provider\`: ${NO_PROVIDERS}`],
    ["providers", `takes no \`providers\`: ${NO_PROVIDERS}`],
    ["version", "takes no `version`: it is that of the package pvesmb in package.json"],
    ["pluginDownloadURL", "takes no `pluginDownloadURL`: pvesmb comes as a package and downloads no plugin"],
];

/** Throws if an option would not do what it says. */
export function needOptions(kind: string, name: string, opts: pulumi.CustomResourceOptions | pulumi.ComponentResourceOptions): void {
    const found = REFUSED.find(([option]) => (opts as Partial<Record<string, unknown>>)[option] !== undefined);
    if (found !== undefined) throw new pulumi.ResourceError(`${kind} ${name} ${found[1]}`, opts.parent);
}

/**
 * The engine passes `customTimeouts` to the plugin for dynamic resources, which drops them. They become the resource's own `timeouts`
 * unless the program sets those.
 */
export function timeoutsOf(kind: string, name: string, own: unknown, opts: pulumi.CustomResourceOptions): unknown {
    const given = Object.entries(opts.customTimeouts ?? {}).filter(([, text]) => text !== undefined) as [string, string][];
    if (given.length === 0) return own;
    const converted = Object.fromEntries(
        given.map(([verb, text]) => {
            const seconds = secondsOf(text);
            if (seconds === undefined)
                throw new pulumi.ResourceError(
                    `${kind} ${name}: customTimeouts.${verb} must be a duration of a second and more, such as "90s", "10m" or "1h30m"`,
                    opts.parent,
                );
            return [verb, `${seconds}s`];
        }),
    );
    return pulumi.output(own as pulumi.Input<object | undefined>).apply((known) => ({ ...converted, ...known }));
}

const UNITS: Record<string, number> = { h: 3600, m: 60, s: 1 };

/** Parses a duration in Go's format. */
function secondsOf(text: unknown): number | undefined {
    if (typeof text !== "string" || !/^(\d+(\.\d+)?[hms])+$/.test(text)) return undefined;
    const all = [...text.matchAll(/([\d.]+)([hms])/g)].reduce((sum, [, many, unit = ""]) => sum + Number(many) * (UNITS[unit] ?? 0), 0);
    const seconds = Math.ceil(all);
    return seconds >= 1 && seconds <= 999_999 ? seconds : undefined;
}

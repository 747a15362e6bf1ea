import * as pulumi from "@pulumi/pulumi";
import { autoNamed, type Kind, markSecrets, type SecretMarker } from "../../provider/base/kind";
import { goesWith, goingWith } from "./deleted-with";
import { needProvider } from "./loadable";
import { needOptions, timeoutsOf } from "./options";
import { isLater, protectedBy } from "./protect";
import { followed, outputOf, referenceIn, refOf } from "./reference";
import { shortenTraces } from "./traces";
import { needArguments } from "./usable";

export type { ResourceWith } from "./reference";

export const typeOf = (kind: string): string => `pulumi-nodejs:dynamic/pvesmb:${kind}`;

/**
 * The provider of a resource as stored in state: a text that Pulumi's dynamic provider process evaluates. It never changes
 * (docs/decisions/0003); it refers to `provider/adapters/v1.ts`.
 */
export const providerText = (kind: string): string => `exports.handler=()=>require("pvesmb/runtime/v1").${kind}`;

/** A resource that the provider in this package manages. */
export abstract class PvesmbResource extends pulumi.CustomResource {
    protected constructor(kind: Kind, name: string, args: object, opts: pulumi.CustomResourceOptions = {}) {
        needArguments(kind, name, args);
        needOptions(kind.name, name, opts);
        // In an inline program of the Automation API, `hasEngine` returns false until the engine has been requested once.
        needProvider(process.cwd(), pulumi.runtime.getEngine() !== undefined);
        const given = Object.entries(autoNamed(kind, name, args)).map(([input, value]: [string, unknown]) => [
            input,
            kind.references?.includes(input) ? (Array.isArray(value) ? value.map(referenceIn) : referenceIn(value)) : value,
        ]);
        const inputs = Object.fromEntries(given) as Record<string, unknown>;
        const properties: pulumi.Inputs = {
            ...Object.fromEntries(kind.outputs.map((output) => [output, undefined])),
            ...(markSecrets(inputs, kind.secrets, sealing) as pulumi.Inputs),
            __key: urnOf(typeOf(kind.name), name, opts.parent),
            __provider: providerText(kind.name),
            ...(opts.customTimeouts === undefined
                ? {}
                : { timeouts: timeoutsOf(kind.name, name, (args as { timeouts?: unknown }).timeouts, opts) }),
            ...((opts.ignoreChanges ?? []).length > 0 ? { ignored: opts.ignoreChanges } : {}),
        };
        const secretOutputs = [...kind.secretOutputs, ...(opts.additionalSecretOutputs ?? [])];
        const safe = goingWith(kind, args, protectedBy(kind, name, args, opts));
        const options = secretOutputs.length > 0 ? { ...safe, additionalSecretOutputs: secretOutputs } : safe;
        const restore = shortenTraces();
        try {
            super(typeOf(kind.name), name, properties, options);
        } catch (error) {
            restore();
            if (error instanceof Error) Error.captureStackTrace(error);
            throw error;
        } finally {
            restore();
        }
        // Pulumi creates an output, which costs time and memory, for each property that it gets. Most inputs are unset and become getters.
        for (const input of kind.inputs)
            if (!Object.hasOwn(properties, input))
                Object.defineProperty(this, input, { enumerable: true, get: () => this.id.apply(() => undefined) });
        goesWith(this, kind, args);
        const outputs = this as unknown as Record<string, pulumi.Output<unknown>>;
        if (kind.reference !== undefined) outputs["ref"] = refOf(this, kind, inputs);
        const said = { ...outputs };
        for (const [output, { input, output: base, like }] of Object.entries(kind.follows ?? {}))
            outputs[output] = followed(
                (args as Record<string, unknown>)[input],
                base,
                said[output] ?? pulumi.output(undefined),
                like === undefined ? undefined : said[like],
            );
    }
}

/** Marks secrets for Pulumi. */
export const sealing: SecretMarker = {
    secret: (value) => pulumi.secret(value),
    isLater,
    whenKnown: (value, isSecret) => outputOf(value).apply((known) => (isSecret(known) ? pulumi.secret(known) : known)),
};

/**
 * The future URN of the resource: its identity on hosts and in Proxmox VE. Only the text is passed on: the Output depends on the parent,
 * and with that two children of one component would wait for each other for ever.
 */
function urnOf(type: string, name: string, parent: pulumi.Resource | undefined): pulumi.Output<string> {
    const urn = pulumi.createUrn(name, type, parent);
    return pulumi.output(new Promise<string>((resolve) => void urn.apply(resolve)));
}

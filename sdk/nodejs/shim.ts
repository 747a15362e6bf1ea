import * as pulumi from "@pulumi/pulumi";
import { needProvider } from "./loadable";
import { needOptions, timeoutsOf } from "./options";
import { sealed } from "./sealed";
import { sparingTraces } from "./traces";

/** What a generated class knows of its kind of resource. */
export interface Kind {
    /** `SmbShare` */
    name: string;
    /** Inputs that come back as outputs just as they were given. */
    inputs: readonly string[];
    /** What the provider says, inputs that it chooses when they are left out included. */
    outputs: readonly string[];
    /** Inputs that are secret, as paths: `["connection", "apiToken"]`. */
    secrets: readonly (readonly string[])[];
    /** Computed outputs that are secret. */
    secretOutputs: readonly string[];
}

export const typeOf = (kind: string): string => `pulumi-nodejs:dynamic/pvesmb:${kind}`;

/**
 * The provider of a resource, as it stands in state: a text that Pulumi's dynamic provider process evaluates. It never changes
 * (docs/decisions/0003): what it names is `provider/adapters/v1.ts`.
 */
export const providerText = (kind: string): string => `exports.handler=()=>require("pvesmb/runtime/v1").${kind}`;

/** A resource that is managed by the provider in this same package. */
export abstract class PvesmbResource extends pulumi.CustomResource {
    protected constructor(kind: Kind, name: string, args: object, opts: pulumi.CustomResourceOptions = {}) {
        needOptions(kind.name, name, opts);
        // `hasEngine` says no in an inline program of the Automation API until somebody has asked for the engine.
        needProvider(process.cwd(), pulumi.runtime.getEngine() !== undefined);
        const properties: pulumi.Inputs = {
            ...Object.fromEntries(kind.outputs.map((output) => [output, undefined])),
            ...(sealed(args, kind.secrets) as pulumi.Inputs),
            key: urnOf(typeOf(kind.name), name, opts.parent),
            __provider: providerText(kind.name),
            ...(opts.customTimeouts === undefined
                ? {}
                : { timeouts: timeoutsOf(kind.name, name, (args as { timeouts?: unknown }).timeouts, opts) }),
            ...((opts.ignoreChanges ?? []).length > 0 ? { ignored: opts.ignoreChanges } : {}),
        };
        const secretOutputs = [...kind.secretOutputs, ...(opts.additionalSecretOutputs ?? [])];
        const options = secretOutputs.length > 0 ? { ...opts, additionalSecretOutputs: secretOutputs } : opts;
        const asBefore = sparingTraces();
        try {
            super(typeOf(kind.name), name, properties, options);
        } catch (error) {
            asBefore();
            if (error instanceof Error) Error.captureStackTrace(error);
            throw error;
        } finally {
            asBefore();
        }
        // Pulumi makes outputs of the properties only that it is handed. Those left out would be the most of them, and each costs time and memory.
        for (const input of kind.inputs)
            if (!Object.hasOwn(properties, input))
                Object.defineProperty(this, input, { enumerable: true, get: () => this.id.apply(() => undefined) });
    }
}

/**
 * The URN that the resource will have: its identity on hosts and in Proxmox VE. Only the text is handed on: with the dependency on the
 * parent that the Output carries, two children of one component would wait for each other for ever.
 */
function urnOf(type: string, name: string, parent: pulumi.Resource | undefined): pulumi.Output<string> {
    const urn = pulumi.createUrn(name, type, parent);
    return pulumi.output(new Promise<string>((resolve) => void urn.apply(resolve)));
}

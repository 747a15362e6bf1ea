import * as z from "zod";
import { timeouts } from "../common";
import { computerName } from "../computer-name";
import { gatewayRef } from "../connection";
import { field, hiddenInputs } from "../meta";
import { isCidr } from "../network";
import { DATA_ROOT } from "../paths";

/** Paths that ctdb.conf and shell scripts take as they are. */
const plainPath = (): z.ZodString =>
    z
        .string()
        .max(200)
        .regex(
            /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)+$/,
            "must be an absolute path of letters, digits, . _ and -, without empty, . or .. components",
        );

const cidr = (): z.ZodType<string> =>
    z.string().refine((text) => isCidr(text, 4), { error: 'must be an IPv4 address with prefix length such as "192.168.1.60/24"' });

const address = z.strictObject({
    address: field(cidr(), { description: "Floating IPv4 address with prefix length.", compare: "address" }),
    interface: field(
        z
            .string()
            .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,14}$/, "must be the name of an interface, such as eth0")
            .default("eth0"),
        {
            description: "Interface of the gateways that gets it.",
        },
    ),
});

const privateNetwork = z.strictObject({
    addresses: field(z.array(cidr()).min(2).max(16), {
        description:
            "Address with prefix length of each gateway, in the order of `gateways`; each gateway must have its own already, best on a bridge for this alone (`extraNetworks` of SmbGateway). CTDB's traffic is neither encrypted nor authenticated: the gateways take it from these addresses only.",
        effect: { does: "sessions end for some seconds when the address of a gateway that stays is another one" },
        examples: ["10.99.0.1/24"],
    }),
});

const lock = z.strictObject({
    file: field(plainPath(), {
        description:
            "A file on the file system that all gateways share, which lets one side at a time work when the private network is cut. It is made if it is not there.",
        replace: "all gateways have to change at once",
        examples: [`${DATA_ROOT}/.pvesmb/ctdb.lock`],
    }),
});

const tunables = z.strictObject({
    keepaliveInterval: field(z.int().min(1).max(60).default(1), {
        description: "How often a gateway tells the others that it lives.",
        unit: "seconds",
    }),
    keepaliveLimit: field(z.int().min(2).max(120).default(12), {
        description: "After how many silent intervals a gateway counts as dead.",
    }),
    recoveryDropAllIps: field(z.int().min(2).max(600).default(5), {
        description:
            "After how long without the lock a gateway gives up its floating addresses. At least twice the time of the longest recovery; one that took longer is warned of.",
        unit: "seconds",
    }),
});

export const inputs = z.strictObject({
    gateways: field(z.array(gatewayRef).min(2).max(16), {
        description:
            "The gateways that become one file server, in order, all with the same directory at `sharedPath`. The first one's users, share rights and security identifier become the cluster's; the others must have none.",
        effect: {
            does: "new gateways join at the end of the list; one that is taken from its end, or replaced in its place, serves nothing any more, and its clients connect to the others",
        },
    }),
    addresses: field(z.array(address).min(1).max(64), {
        description: "Addresses under which clients reach the cluster; each is on one gateway at a time, and nobody else has it.",
        compare: { byKey: ["address"] },
        effect: { does: "connections to an address that goes are lost" },
    }),
    privateNetwork: field(privateNetwork, { description: "The network on which the gateways talk to each other." }),
    lock: field(lock, { description: "What decides which side works when the gateways cannot see each other." }),
    sharedPath: field(plainPath().default(DATA_ROOT), {
        description: "Where each gateway has the file system that all of them share.",
        replace: "the shares' files are elsewhere",
    }),
    netbiosName: field(computerName(), {
        description: "Name of the cluster as a server; it is the name of its accounts' domain, too.",
        compare: "caseless",
        replace: "Samba keeps the machine's security identifier by this name",
        examples: ["FILES"],
    }),
    tunables: field(tunables.default({ keepaliveInterval: 1, keepaliveLimit: 12, recoveryDropAllIps: 5 }), {
        description:
            "Times of a fail-over. A gateway without the lock must have given up its addresses before the others count it as dead and take them: 5 s (CTDB's leader timeout) plus `recoveryDropAllIps` plus 1 s must be less than `keepaliveInterval` times `keepaliveLimit`.",
    }),
    timeouts,
    ...hiddenInputs,
});

export const outputs = z.object({
    unc: field(z.string().optional(), { description: "Base of the shares' paths: `\\\\` and the first address.", always: true }),
    nodes: field(z.array(z.string()).optional(), { description: "The gateways, as Proxmox VE knows them.", always: true }),
    sid: field(z.string().optional(), { description: "Security identifier of the cluster.", always: true }),
});

export type ClusterInputs = z.infer<typeof inputs>;
export type ClusterOutputs = z.infer<typeof outputs>;

import * as pulumi from "@pulumi/pulumi";
import { Quota } from "../generated/quota";
import { SmbGateway } from "../generated/smb-gateway";
import { SmbGroup } from "../generated/smb-group";
import { SmbShare } from "../generated/smb-share";
import { SmbUser } from "../generated/smb-user";
import { needOptions } from "../options";
import { Accounts, Binding, isKnown } from "./accounts";
import type { FileServerArgs, FileServerGroupArgs, FileServerQuotaArgs } from "./args";
import { faultsOf } from "./faults";

export type { FileServerArgs, FileServerGroupArgs, FileServerQuotaArgs, FileServerShareArgs, FileServerUserArgs } from "./args";

/**
 * A gateway with its groups, users, shares and limits, declared as one object.
 *
 * ```ts
 * const server = new pvesmb.FileServer("files", {
 *     gateway: { node: "pve1", lxc: { ... }, network: { ... }, data: { storage: "tank", size: "500GiB" } },
 *     users: { alice: { password: config.requireSecret("alice") } },
 *     shares: { docs: { access: [{ user: "alice", level: "full" }] } },
 * });
 * export const docs = server.paths.docs;
 * ```
 *
 * Its resources are children named after it: the gateway has its name, the share `docs` is `files-docs`.
 */
export class FileServer<
    Share extends string = string,
    User extends string = string,
    Group extends string = string,
    Limit extends string = string,
>
    extends pulumi.ComponentResource
{
    readonly gateway: SmbGateway;
    readonly groups: Readonly<Record<Group, SmbGroup>>;
    readonly users: Readonly<Record<User, SmbUser>>;
    readonly shares: Readonly<Record<Share, SmbShare>>;
    /** The quotas of shares by the share's name, and those of `quotas`. */
    readonly quotas: Readonly<Partial<Record<Share | Limit, Quota>>>;
    /** First IP address of the gateway. */
    readonly address: pulumi.Output<string>;
    /** UNC path of each share: `\\address\name`. */
    readonly paths: pulumi.Output<Record<Share, string>>;

    constructor(name: string, args: FileServerArgs<Share, User, Group, Limit>, opts: pulumi.ComponentResourceOptions = {}) {
        needOptions("FileServer", name, opts);
        const faults = faultsOf(args);
        if (faults.length > 0)
            throw new pulumi.ResourceError([`FileServer ${name} has errors:`, ...faults].join("\n  "), opts.parent, true);
        super("pvesmb:index:FileServer", name, {}, opts);

        const accounts = new Accounts();
        const child = (key: string): string => `${name}-${key}`;
        const on = (binding: Binding): pulumi.CustomResourceOptions => ({ parent: this, dependsOn: binding.dependsOn });

        // Children inherit `protect` from Pulumi, but the gateway must know whether the user set it.
        this.gateway = new SmbGateway(name, args.gateway, { parent: this, protect: opts.protect, dependsOn: opts.dependsOn });
        const { gateway } = this;

        const group = (key: string, given: FileServerGroupArgs): SmbGroup => {
            const binding = new Binding(accounts);
            const members = binding.names("user", given.members);
            const made = new SmbGroup(child(key), { ...given, name: given.name ?? key, members, gateway }, on(binding));
            accounts.declare("group", key, given.name ?? key, made);
            return made;
        };
        // Users join the groups that do not list members; groups that list their members wait for the users.
        const groups = entriesOf(args.groups);
        const joinable = groups.filter(([, { members }]) => members === undefined).map(([key, given]) => [key, group(key, given)] as const);
        this.users = mapped(args.users, (key, given) => {
            const binding = new Binding(accounts);
            const made = new SmbUser(
                child(key),
                { ...given, name: given.name ?? key, groups: binding.names("group", given.groups), gateway },
                on(binding),
            );
            accounts.declare("user", key, given.name ?? key, made);
            return made;
        });
        for (const [key, given] of entriesOf(args.users)) {
            accounts.declare("group", key, given.name ?? key, this.users[key]);
            if (given.groups === undefined || !isKnown(given.groups)) continue;
            for (const each of given.groups) if (typeof each === "string") accounts.declare("group", each, each, this.users[key]);
        }
        const listing = groups.filter(([, { members }]) => members !== undefined).map(([key, given]) => [key, group(key, given)] as const);
        this.groups = Object.fromEntries([...joinable, ...listing]) as Record<Group, SmbGroup>;

        this.shares = mapped(args.shares, (key, { quota: _quota, ...given }) => {
            const binding = new Binding(accounts);
            const bound = {
                access: binding.principals(given.access),
                aclEntries: binding.principals(given.aclEntries),
                owner: binding.name("user", given.owner),
                group: binding.name("group", given.group),
            };
            return new SmbShare(child(key), { ...given, ...bound, name: given.name ?? key, gateway }, on(binding));
        });

        const limit = (key: string, given: FileServerQuotaArgs, tree: { share: SmbShare } | { gateway: SmbGateway }): Quota => {
            const binding = new Binding(accounts);
            const bound = {
                users: binding.list(given.users, (entry) => ({ ...entry, name: binding.name("user", entry.name) })),
                groups: binding.list(given.groups, (entry) => ({ ...entry, name: binding.name("group", entry.name) })),
            };
            return new Quota(child(key), { ...given, ...bound, ...tree }, on(binding));
        };
        const ofShares = entriesOf(args.shares).flatMap(([key, { quota }]) =>
            quota === undefined ? [] : [[key, limit(key, quota, { share: this.shares[key] })] as const],
        );
        const others = entriesOf(args.quotas).map(([key, given]) => [key, limit(key, given, { gateway })] as const);
        this.quotas = Object.fromEntries([...ofShares, ...others]) as Partial<Record<Share | Limit, Quota>>;

        this.address = gateway.address;
        this.paths = pulumi.output(mapped(this.shares, (_key, { unc }) => unc)) as typeof this.paths;
        this.registerOutputs({ address: this.address, paths: this.paths });
    }
}

const entriesOf = <K extends string, V>(given: Readonly<Record<K, V>> | undefined): [K, V][] => Object.entries(given ?? {}) as [K, V][];

const mapped = <K extends string, V, R>(given: Readonly<Record<K, V>> | undefined, make: (key: K, value: V) => R): Record<K, R> =>
    Object.fromEntries(entriesOf(given).map(([key, value]) => [key, make(key, value)])) as Record<K, R>;

import { PvesmbError } from "../../base/errors";
import type { GatherResult } from "../../hosts";
import type { PrincipalLimit, QuotaInputs } from "../../model";
import type { Named } from "../../ad/judgement";
import { accountFor } from "../../model/domain-accounts";
import type { DomainAccount } from "../../model/domain-accounts";
import { CONTAINER_IDS } from "../../model/id-map";
import { bytesOf, formatSize } from "../../model/size";
import type { IdLimit, LookOptions, TreeState } from "../../quota/tree";
import { hostFacts } from "../../samba/facts";
import { idOf } from "../../samba/principals";
import type { Principal } from "../../samba/principals";

type Kind = Principal["kind"];
const KINDS = ["user", "group"] as const;
type Lists = Pick<QuotaInputs, "users" | "groups" | "userLimit" | "groupLimit" | "report">;

/** (uid_t)-1. */
const NOBODY = 2 ** 32 - 1;

/** Users and groups of a gateway and their ids on its node. */
export class Principals {
    constructor(
        private readonly look: GatherResult,
        private readonly offset: number,
        /** Of the gateway's domain, as far as the program names them, or did. */
        private readonly accounts: readonly DomainAccount[] = [],
    ) {}

    idOf(kind: Kind, name: string): number | undefined {
        const account = accountFor(this.accounts, name);
        const id = account?.kind === kind ? account.id : idOf({ kind, name, from: "local" }, this.look);
        if (id === undefined) return undefined;
        // What the gateway's root writes into passwd: on the node it would be root of all containers, or somebody of none.
        if (id === 0 || id >= (this.offset === 0 ? NOBODY : CONTAINER_IDS))
            throw new PvesmbError(
                "InvalidInput",
                `${kind}s: ${name} has the number ${id} on the gateway, which is ${id === 0 ? "root's" : "beyond those that a container has"}; a limit is set for accounts with numbers from 1 to ${CONTAINER_IDS - 1}`,
                { property: `${kind}s` },
            );
        return id + this.offset;
    }

    nameOf(kind: Kind, id: number): string {
        const ofDomain = this.accounts.find((account) => account.kind === kind && account.id + this.offset === id)?.name;
        return this.known(kind).find(([, number]) => number + this.offset === id)?.[0] ?? ofDomain ?? String(id - this.offset);
    }

    /** Limits with the ids of the node; an unknown name is a user error. */
    limits(lists: Lists): IdLimit[] {
        return KINDS.flatMap((kind) =>
            this.limited(lists, kind).map(({ name, limit, soft, files }) => {
                const id = this.idOf(kind, name);
                if (id === undefined)
                    throw new PvesmbError(
                        "InvalidInput",
                        `${kind}s: there is no ${kind} ${name} on the gateway; create it, or correct the name`,
                        {
                            property: `${kind}s`,
                        },
                    );
                return { kind, id, limit: bytesOf(limit), soft: soft === undefined ? undefined : bytesOf(soft), files };
            }),
        );
    }

    /** The ids to look at: those with limits, and with `report` every account. */
    watched(lists: Lists): LookOptions["ids"] {
        const all = KINDS.flatMap((kind) => {
            const names = [...this.limited(lists, kind).map(({ name }) => name), ...(lists.report ? this.everybody(kind) : [])];
            return [...new Set(names.flatMap((name) => this.idOf(kind, name) ?? []))].map((id) => ({ kind, id }));
        });
        return all;
    }

    /** Limits that the program has removed. */
    removedLimits(before: Lists | undefined, now: Lists): IdLimit[] {
        if (before === undefined) return [];
        return KINDS.flatMap((kind) => {
            // By number: the same account may have another spelling by now.
            const limited = new Set(this.limited(now, kind).map(({ name }) => this.idOf(kind, name)));
            return this.limited(before, kind)
                .filter(({ name }) => !this.limited(now, kind).some((each) => each.name === name))
                .flatMap(({ name }) => this.idOf(kind, name) ?? [])
                .filter((id) => !limited.has(id))
                .map((id) => ({ kind, id, limit: 0 }));
        });
    }

    /** Principals whose limit differs from the default. */
    defaultLimitDrift(lists: Lists, state: TreeState): string[] {
        return KINDS.flatMap((kind) => {
            const property = `${kind}Limit` as const;
            const strays = this.others(lists, kind).filter(({ name, limit }) => this.stateOf(state, kind, name)?.limit !== bytesOf(limit));
            return strays.length === 0 ? [] : [`${property}: not that of ${strays.map(({ name }) => name).join(", ")}`];
        });
    }

    private stateOf(state: TreeState, kind: Kind, name: string): TreeState["ids"][number] | undefined {
        return state.ids.find(({ kind: of, id }) => of === kind && id === this.idOf(kind, name));
    }

    private limited(lists: Lists, kind: Kind): PrincipalLimit[] {
        return [...listOf(lists, kind), ...this.others(lists, kind)];
    }

    /** All principals without a limit of their own. */
    private others(lists: Lists, kind: Kind): PrincipalLimit[] {
        const limit = lists[`${kind}Limit`];
        if (limit === undefined) return [];
        const named = new Set(listOf(lists, kind).map(({ name }) => name));
        return this.everybody(kind).flatMap((name) => (named.has(name) ? [] : [{ name, limit }]));
    }

    /** 65534 is nobody; ids below 1000 belong to the distribution. */
    private everybody(kind: Kind): string[] {
        return this.known(kind)
            .filter(([, id]) => id >= 1000 && id < 65_534)
            .map(([name]) => name);
    }

    private known(kind: Kind): (readonly [name: string, id: number])[] {
        const { users, groups } = hostFacts(this.look);
        return kind === "user"
            ? [...users.values()].map(({ name, uid }) => [name, uid] as const)
            : [...groups.values()].map(({ name, gid }) => [name, gid] as const);
    }

    /** The actual values of the program's limits. */
    observed(lists: Lists, state: TreeState): Partial<Record<"users" | "groups", PrincipalLimit[]>> {
        const found = KINDS.filter((kind) => listOf(lists, kind).length > 0).map((kind) => [
            `${kind}s`,
            listOf(lists, kind).flatMap((each) => {
                const is = this.stateOf(state, kind, each.name);
                if (is === undefined || is.limit === 0) return [];
                const soft = is.soft === undefined ? undefined : formatSize(is.soft);
                return [{ name: each.name, limit: formatSize(is.limit), soft, files: is.files }];
            }),
        ]);
        return Object.fromEntries(found) as ReturnType<Principals["observed"]>;
    }
}

/** Everybody whom a quota names, and where. */
export const namedIn = (lists: Pick<QuotaInputs, "users" | "groups">): Named[] =>
    KINDS.flatMap((kind) =>
        lists[`${kind}s`].map(({ name }, i) => {
            const list = `${kind}s`;
            const other = kind === "user" ? "groups" : "users";
            return { property: `${list}[${i}].name`, list, kind, name, otherwise: `limit it in \`${other}\`` };
        }),
    );

const listOf = (lists: Lists, kind: Kind): readonly PrincipalLimit[] => (kind === "user" ? lists.users : lists.groups);

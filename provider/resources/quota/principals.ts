import { PvesmbError } from "../../base/errors";
import type { GatherResult } from "../../hosts";
import type { PrincipalLimit, QuotaInputs } from "../../model";
import { bytesOf, formatSize } from "../../model/size";
import type { IdLimit, LookOptions, TreeState } from "../../quota/tree";
import { parseGroup, parsePasswd } from "../../samba/accounts";

type Kind = IdLimit["kind"];
const KINDS = ["user", "group"] as const;
type Lists = Pick<QuotaInputs, "users" | "groups" | "report">;

/** Users and groups of a gateway, and the numbers that its node has for them. */
export class Principals {
    private readonly known: Record<Kind, Map<string, number>>;

    constructor(
        look: GatherResult,
        private readonly offset: number,
    ) {
        const out = (command: string): string => look.commands[command]?.stdout ?? "";
        this.known = {
            user: new Map([...parsePasswd(out("passwd")).values()].map(({ name, uid }) => [name, uid])),
            group: new Map([...parseGroup(out("group")).values()].map(({ name, gid }) => [name, gid])),
        };
    }

    idOf(kind: Kind, name: string): number | undefined {
        const id = this.known[kind].get(name);
        return id === undefined ? undefined : id + this.offset;
    }

    nameOf(kind: Kind, id: number): string {
        return [...this.known[kind]].find(([, number]) => number + this.offset === id)?.[0] ?? String(id - this.offset);
    }

    /** Limits as the node takes them; an unknown name is the user's mistake. */
    limits(lists: Lists): IdLimit[] {
        return KINDS.flatMap((kind) =>
            listOf(lists, kind).map(({ name, limit, soft, files }) => {
                const id = this.idOf(kind, name);
                if (id === undefined)
                    throw new PvesmbError(
                        "InvalidInput",
                        `${kind}s: the gateway has no ${kind} ${name}; make it first, or correct the name`,
                        {
                            property: `${kind}s`,
                        },
                    );
                return { kind, id, limit: bytesOf(limit), soft: soft === undefined ? undefined : bytesOf(soft), files };
            }),
        );
    }

    /** Whom to look at: those with limits, and with `report` every account. */
    watched(lists: Lists): LookOptions["ids"] {
        const all = KINDS.flatMap((kind) => {
            const named = listOf(lists, kind).flatMap(({ name }) => this.idOf(kind, name) ?? []);
            // 65534 is nobody; below 1000 are the distribution's own.
            const rest = lists.report
                ? [...this.known[kind].values()].filter((id) => id >= 1000 && id < 65_534).map((id) => id + this.offset)
                : [];
            return [...new Set([...named, ...rest])].map((id) => ({ kind, id }));
        });
        return all;
    }

    /** Limits that the program had and has no longer. */
    forsaken(before: Lists | undefined, now: Lists): IdLimit[] {
        if (before === undefined) return [];
        return KINDS.flatMap((kind) =>
            listOf(before, kind)
                .filter(({ name }) => !listOf(now, kind).some((each) => each.name === name))
                .flatMap(({ name }) => this.idOf(kind, name) ?? [])
                .map((id) => ({ kind, id, limit: 0 })),
        );
    }

    /** The program's limits as they really are. */
    observed(lists: Lists, state: TreeState): Partial<Record<"users" | "groups", PrincipalLimit[]>> {
        const found = KINDS.filter((kind) => listOf(lists, kind).length > 0).map((kind) => [
            `${kind}s`,
            listOf(lists, kind).flatMap((each) => {
                const is = state.ids.find(({ kind: of, id }) => of === kind && id === this.idOf(kind, each.name));
                if (is === undefined || is.limit === 0) return [];
                const soft = is.soft === undefined ? undefined : formatSize(is.soft);
                return [{ name: each.name, limit: formatSize(is.limit), soft, files: is.files }];
            }),
        ]);
        return Object.fromEntries(found) as ReturnType<Principals["observed"]>;
    }
}

const listOf = (lists: Lists, kind: Kind): readonly PrincipalLimit[] => (kind === "user" ? lists.users : lists.groups);

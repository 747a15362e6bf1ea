import * as pulumi from "@pulumi/pulumi";

export type Kind = "user" | "group";

interface Account {
    name: pulumi.Input<string>;
    resources: readonly pulumi.Resource[];
}

/** Users and groups declared so far, by key. */
export class Accounts {
    private readonly byKey = { user: new Map<string, Account>(), group: new Map<string, Account>() };

    /** The first declaration of a group sets its name; later ones only join it. */
    declare(kind: Kind, key: string, name: pulumi.Input<string>, resource: pulumi.Resource): void {
        const { name: known = name, resources = [] } = this.byKey[kind].get(key) ?? {};
        this.byKey[kind].set(key, { name: known, resources: [...resources, resource] });
    }

    get(kind: Kind, key: string): Account | undefined {
        return this.byKey[kind].get(key);
    }

    get all(): pulumi.Resource[] {
        return [...this.byKey.user.values(), ...this.byKey.group.values()].flatMap(({ resources }) => resources);
    }
}

/** Replaces the account keys of one resource by names and records its dependencies. */
export class Binding {
    readonly dependsOn: pulumi.Resource[] = [];

    constructor(private readonly accounts: Accounts) {}

    name<T extends pulumi.Input<string> | undefined>(kind: Kind, given: T): T | pulumi.Input<string> {
        const account = typeof given === "string" ? this.accounts.get(kind, given) : undefined;
        if (account === undefined) return given;
        this.dependsOn.push(...account.resources);
        return account.name;
    }

    /** A list that is only known later may name any account. */
    list<T>(given: pulumi.Input<pulumi.Input<T>[]> | undefined, each: (entry: T) => pulumi.Input<T>): typeof given {
        if (given === undefined) return given;
        if (!isKnown(given)) {
            this.dependsOn.push(...this.accounts.all);
            return given;
        }
        return given.map((entry) => (isKnown(entry) ? each(entry) : entry));
    }

    names(kind: Kind, given: pulumi.Input<pulumi.Input<string>[]> | undefined): typeof given {
        return this.list(given, (name) => this.name(kind, name));
    }

    /** Entries with either a `user` or a `group`. */
    principals<T extends { user?: pulumi.Input<string>; group?: pulumi.Input<string> }>(
        given: pulumi.Input<pulumi.Input<T>[]> | undefined,
    ): typeof given {
        return this.list(given, (entry) => ({
            ...entry,
            user: this.name("user", entry.user),
            group: this.name("group", entry.group),
        }));
    }
}

/** Whether a value is known now. */
export function isKnown<T>(value: pulumi.Input<T>): value is T {
    return !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}

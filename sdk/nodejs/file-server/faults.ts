import type * as pulumi from "@pulumi/pulumi";
import { isKnown } from "./accounts";
import type { FileServerArgs } from "./args";

/** The errors in a file server that can be found before anything is created, each with its property. */
export function faultsOf({ users = {}, groups = {}, shares = {}, quotas = {} }: FileServerArgs): string[] {
    const joined = Object.values(users).map((user) => user.groups);
    const known = {
        user: new Set(Object.keys(users)),
        // Each user has a group of the same name; the listed groups are created too.
        group: new Set([...Object.keys(groups), ...Object.keys(users), ...joined.flatMap(texts)]),
    };
    const groupsAreKnown = joined.every((list) => list === undefined || (isKnown(list) && list.every(isKnown)));

    const unknown = (property: string, kind: "user" | "group", name: pulumi.Input<string> | undefined): string[] => {
        if (typeof name !== "string" || OF_DOMAIN.test(name) || known[kind].has(name) || (kind === "group" && !groupsAreKnown)) return [];
        const there = [...known[kind]].join(", ");
        return [
            `${property}: there is no ${name} in \`${kind}s\` (${there || "empty"}); declare it there, or pass an account from elsewhere as an Output`,
        ];
    };
    const principals = (property: string, list: pulumi.Input<pulumi.Input<Principal>[]> | undefined): string[] =>
        plain(list).flatMap((entry, i) =>
            isKnown(entry)
                ? [...unknown(`${property}[${i}].user`, "user", entry.user), ...unknown(`${property}[${i}].group`, "group", entry.group)]
                : [],
        );
    const entries = Object.entries(shares).flatMap(([share, { access, aclEntries }]) => [
        ...principals(`shares.${share}.access`, access),
        ...principals(`shares.${share}.aclEntries`, aclEntries),
    ]);
    const members = Object.entries(groups).flatMap(([group, given]) =>
        plain(given.members).flatMap((name, i) => unknown(`groups.${group}.members[${i}]`, "user", name)),
    );
    const twice = Object.entries(users).flatMap(([user, given]) =>
        texts(given.groups)
            .filter((name) => groups[name]?.members !== undefined)
            .map((name) => `users.${user}.groups: the group ${name} lists its members itself; add ${user} there, or leave \`members\` out`),
    );
    const limits = Object.keys(quotas)
        .filter((name) => shares[name]?.quota !== undefined)
        .map((name) => `quotas.${name}: the quota of the share ${name} already has this name; choose another one`);
    return [...entries, ...members, ...twice, ...limits];
}

/** `DOMAIN\\name`, `name@realm` or a SID: an account that is never declared here. */
const OF_DOMAIN = /[\\@]|^s-[0-9]+-/i;

interface Principal {
    user?: pulumi.Input<string>;
    group?: pulumi.Input<string>;
}

const plain = <T>(list: pulumi.Input<pulumi.Input<T>[]> | undefined): pulumi.Input<T>[] =>
    list !== undefined && isKnown(list) ? list : [];

const texts = (list: pulumi.Input<pulumi.Input<string>[]> | undefined): string[] => plain(list).filter((name) => typeof name === "string");

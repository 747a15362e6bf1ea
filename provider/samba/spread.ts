import type { Step, Text } from "../hosts/batch";
import { fileName, SAMBA } from "./paths";

/**
 * What every gateway of a cluster has of a user, a group or a share: an object, a file with one line of JSON. The gateway that makes a change
 * writes it with the change; the others follow (ctdb/program/follow.py). What the cluster has once (passwords, share rights, numbers,
 * directories) is not in it.
 */
export interface Spread {
    put(spread: SpreadObject): Step[];
    drop(kind: SpreadObject["kind"], name: string): Step[];
}

/** By path: mode and text. */
type Files = Record<string, readonly [mode: string, text: string]>;

export type SpreadObject = { name: string; files: Files } & (
    | { kind: "share" }
    /** Numbers are known on the gateway only. `members`: undefined if the users list their groups. */
    | { kind: "group"; gid: Text; members: readonly string[] | undefined }
    /** `lists`: the user lists its groups itself, with their numbers. */
    | { kind: "user"; uid: Text; gid: Text; fullName: string; home: string; lists: boolean; groups: Record<string, Text> }
);

const nameOf = (kind: SpreadObject["kind"], name: string): string => `${kind}-${fileName(name)}.json`;
export const spreadPath = (kind: SpreadObject["kind"], name: string): string => `${SAMBA.cluster}/${nameOf(kind, name)}`;

/** On a cluster. A server of one gateway has nobody who would follow. */
export const spread: Spread = {
    put: (object) => [
        { do: "directory", path: SAMBA.cluster, mode: "0700" },
        { do: "write", path: spreadPath(object.kind, object.name), content: textOf(object), mode: "0600" },
    ],
    drop: (kind, name) => [{ do: "remove", path: spreadPath(kind, name) }],
};

function textOf(object: SpreadObject): Text {
    const { kind, name, files } = object;
    const common = { v: 1, kind, name, file: nameOf(kind, name), files };
    switch (object.kind) {
        case "share":
            return line(common, {});
        case "group":
            return line({ ...common, members: object.members ?? null }, { gid: object.gid });
        case "user": {
            const { fullName, home, lists, uid, gid, groups } = object;
            return line({ ...common, fullName, home, lists }, { uid, gid, groups: objectText(groups) });
        }
    }
}

/** `known`, and what only the host knows: numbers. */
const line = (known: object, later: Record<string, Text>): Text => [
    JSON.stringify(known).slice(0, -1),
    ...Object.entries(later).flatMap(([name, value]) => [`,${JSON.stringify(name)}:`, value]),
    "}\n",
];

const objectText = (values: Record<string, Text>): Text => [
    "{",
    ...Object.entries(values).flatMap(([name, value], i) => [i === 0 ? "" : ",", `${JSON.stringify(name)}:`, value]),
    "}",
];

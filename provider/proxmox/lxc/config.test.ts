import { configOf } from "./config";

const root = (unprivileged: number | undefined, ...maps: string[]): number =>
    configOf({
        ...(unprivileged === undefined ? {} : { unprivileged }),
        ...(maps.length === 0 ? {} : { lxc: maps.map((map) => ["lxc.idmap", map]) }),
    }).rootUid;

test.each([
    ["a privileged container's root is the node's", root(undefined), 0],
    ["an unprivileged one begins where PVE says", root(1), 100_000],
    ["a mapping of its own counts", root(1, "u 0 200000 65536", "g 0 300000 65536"), 200_000],
    ["in parts, the part with root", root(1, "u 1000 1000 1", "u 0 100000 1000", "u 1001 101001 64535"), 100_000],
    ["with root left as it is", root(1, "u 0 0 1", "u 1 100001 65535"), 0],
    ["also in a container that is not said to be unprivileged", root(undefined, "u 0 500000 65536"), 500_000],
    ["groups alone do not tell", root(1, "g 0 300000 65536"), 100_000],
    ["other raw keys do not matter", configOf({ unprivileged: 1, lxc: [["lxc.tty.max", "2"], "odd"] }).rootUid, 100_000],
])("%s", (_, found, expected) => expect(found).toBe(expected));

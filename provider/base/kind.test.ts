import { autoNamed, holdsData, referenceParts, markSecrets, staysBehind } from "./kind";

/** Like Pulumi's Outputs: here a later value is a function. */
const isLater = (value: unknown): boolean => typeof value === "function";
const sealing = {
    secret: (value: unknown) => ({ secret: value }),
    isLater,
    whenKnown: (value: unknown, isSecret: (known: unknown) => boolean) => ({ later: isSecret((value as () => unknown)()) }),
};

describe("secrets", () => {
    const paths = [["password"], ["users", "*", "token"], ["nodes", "*", "key"]];

    test("are sealed each by itself, in lists and maps too", () => {
        const given = { password: "p", users: [{ name: "a", token: "t" }, { name: "b" }], nodes: { pve1: { key: "k", port: 22 } }, x: 1 };
        expect(markSecrets(given, paths, sealing)).toEqual({
            password: { secret: "p" },
            users: [{ name: "a", token: { secret: "t" } }, { name: "b" }],
            nodes: { pve1: { key: { secret: "k" }, port: 22 } },
            x: 1,
        });
    });

    test("that are known later make the whole of it one, if they are there", () => {
        const given = { users: () => [{ name: "a", token: "t" }], nodes: { pve1: () => ({ port: 22 }) } };
        expect(markSecrets(given, paths, sealing)).toEqual({ users: { later: true }, nodes: { pve1: { later: false } } });
    });
});

test("names are made where there are none; what is given stays, and nothing else is touched", () => {
    const kind = { autoNames: { name: "as-is", hostname: "host-label" } } as const;
    expect(autoNamed(kind, "Files & Co.", { hostname: null, a: 1 })).toEqual({ name: "Files & Co.", hostname: "files-co", a: 1 });
    const given = { name: "x", hostname: "y" };
    expect(autoNamed(kind, "z", given)).toBe(given);
    expect(autoNamed({}, "z", given)).toBe(given);
});

test("a reference has what the inputs have of it", () => {
    const kind = { reference: { gateway: ["gateway"], path: ["path"], size: ["volume", "size"] } };
    expect(referenceParts(kind, { gateway: { id: "g" }, volume: { size: "1GiB" } })).toEqual({ gateway: { id: "g" }, size: "1GiB" });
    expect(referenceParts({}, { gateway: 1 })).toEqual({});
});

test.each<[string, object, boolean | "later"]>([
    ["data", { data: {} }, true],
    ["no data", { data: null }, false],
    ["data that may go", { data: {}, onDelete: "destroy" }, false],
    ["data of somebody else", { data: { bind: "/x" } }, false],
    ["data of somebody else whose place is known later", { data: { bind: () => "/x" } }, false],
    ["a word that is known later", { data: {}, onDelete: () => "destroy" }, "later"],
    ["data that are known later", { data: () => undefined }, "later"],
    ["data that are known later and may go", { data: () => undefined, onDelete: "destroy" }, false],
])("whether a deletion would destroy data: %s", (_, inputs, verdict) => {
    const unless = [{ path: ["onDelete"], is: "destroy" }, { path: ["data", "bind"] }];
    expect(holdsData({ holdsData: [{ input: "data", unless }] }, inputs, isLater)).toBe(verdict);
});

test.each<[string, object, boolean]>([
    ["nothing is set", {}, false],
    ["a volume", { data: { size: "1GiB" } }, false],
    ["a directory on the node", { data: { bind: "/tank" } }, true],
    ["a directory on the node that is known later", { data: { bind: () => "/tank" } }, true],
    ["data that are known later", { data: () => ({ size: "1GiB" }) }, true],
])("whether something remains when the container is destroyed: %s", (_, inputs, verdict) => {
    expect(staysBehind({ outside: [["data", "bind"]] }, inputs, isLater)).toBe(verdict);
});

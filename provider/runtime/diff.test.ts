import fc from "fast-check";
import { changed, copied, samples } from "../../test/support/samples";
import { isKind } from "../base/errors";
import type { Log } from "../base/log";
import { domainModel, gatewayModel, groupModel, shareModel, userModel } from "../model";
import type { Model } from "../model/meta";
import { toState } from "../model/state";
import type { Tree } from "../model/tree";
import { diff } from "./diff";
import { UNKNOWN } from "./unknown";

const quiet: Log = { info: () => undefined, warn: () => undefined, warnOnce: () => undefined };
const lxc = { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } };
const gateway: Tree = { node: "pve1", lxc, network: { bridge: "vmbr0", address: "dhcp" }, data: { storage: "tank", size: "1GiB" } };
const share: Tree = { name: "docs", gateway: { id: "pve1/101/0123456789abcdef" }, volume: { storage: "tank", size: "1GiB" } };
const user: Tree = { name: "alice", password: "secret", gateway: { id: "pve1/101/0123456789abcdef" } };

const group: Tree = { name: "team", gateway: { id: "pve1/101/0123456789abcdef" } };

const member: Tree = {
    domain: "ad.example.com",
    credential: { user: "joiner", password: "secret" },
    idRange: "60000-65533",
    gateway: { id: "pve1/101/0123456789abcdef" },
};

const between = (model: Model, old: Tree, news: Tree, outputs: Tree = {}): ReturnType<typeof diff> =>
    diff(model, toState(model, old, outputs), news, quiet);

test("no difference, not even of spelling", () => {
    expect(between(shareModel, share, copied(share), { path: "/srv/pvesmb/docs" })).toEqual({ changes: false });
});

describe("an update, for the engine to show", () => {
    test.each<[string, Model, Tree, Tree]>([
        ["spelling alone", gatewayModel, gateway, { ...gateway, lxc: { ...lxc, rootfs: { storage: "local", size: "4096MiB" } } }],
        ["a default written out", shareModel, share, { ...share, comment: "" }],
        ["something that can grow", shareModel, share, { ...share, volume: { storage: "tank", size: "2GiB" } }],
        ["a fact of the creation", gatewayModel, gateway, { ...gateway, node: "pve2" }],
        ["data where there was none", gatewayModel, { ...gateway, data: undefined }, gateway],
        [
            "a new secret in the connection",
            shareModel,
            share,
            { ...share, gateway: { id: "pve1/101/0123456789abcdef", connection: { password: "new" } } },
        ],
        [
            "a default of what never changes, written out",
            gatewayModel,
            { ...gateway, lxc: { ...lxc, idMap: { ids: 131_072 } } },
            { ...gateway, lxc: { ...lxc, idMap: { ids: 196_608, hostFrom: 165_536 } } },
        ],
        ["a default of what replaces, written out", gatewayModel, gateway, { ...gateway, lxc: { ...lxc, unprivileged: true } }],
        ["a name", userModel, user, { ...user, name: "bob" }],
        ["drift that refresh found", shareModel, { ...share, drift: ["edited"] }, share],
    ])("%s", (_, model, old, news) => {
        expect(between(model, old, news)).toEqual({ changes: undefined, replaces: [], deleteBeforeReplace: true });
    });
});

describe("a replacement, by the name of the top-level property", () => {
    test.each<[string, Model, Tree, Tree, string[]]>([
        ["another gateway", shareModel, share, { ...share, gateway: { id: "pve1/102/0123456789abcdef" } }, ["gateway"]],
        ["deep down", gatewayModel, gateway, { ...gateway, lxc: { ...lxc, rootfs: { storage: "other", size: "4GiB" } } }, ["lxc"]],
        [
            "two at once",
            gatewayModel,
            gateway,
            { ...gateway, lxc: { ...lxc, unprivileged: false }, data: { bind: "/tank/files" } },
            ["lxc", "data"],
        ],
    ])("%s", (_, model, old, news, replaces) => {
        expect(between(model, old, news)).toEqual({ changes: undefined, replaces, deleteBeforeReplace: true });
    });
});

describe("what the provider chose", () => {
    const chosen = { uid: 10001, gid: 10001 };

    test("is no difference while the user leaves it out", () => {
        expect(between(userModel, user, user, chosen)).toEqual({ changes: false });
    });
    test("can be written down, or left out again", () => {
        expect(between(userModel, user, { ...user, uid: 10001 }, chosen).replaces).toEqual([]);
        expect(between(userModel, { ...user, uid: 10001 }, user, chosen).replaces).toEqual([]);
    });
    test("but not changed", () => {
        expect(() => between(userModel, user, { ...user, uid: 10002 }, chosen)).toThrow(
            /^uid: is 10001 and cannot be changed to 10002: files belong/,
        );
    });
    test("can still be given while nothing was chosen", () => {
        expect(between(userModel, user, { ...user, uid: 10002 }).replaces).toEqual([]);
    });
});

describe("refused in the preview, while nothing is touched", () => {
    const elsewhere = { gateway: { id: "pve1/102/0123456789abcdef" } };
    const rebuilt = { lxc: { ...lxc, unprivileged: false } };
    const kept = { ready: true, dataVolume: "tank:vm-1-disk-1" };
    test.each<[string, Model, Tree, Tree, RegExp]>([
        [
            "a volume that appears",
            shareModel,
            { ...share, volume: undefined },
            share,
            /^volume: cannot be added: its files would have to be copied; create/,
        ],
        ["a volume that disappears", shareModel, share, { ...share, volume: undefined }, /^volume: cannot be removed: its files/],
        [
            "both numbers, told at once",
            userModel,
            { ...user, uid: 10001, gid: 10001 },
            { ...user, uid: 10077, gid: 10078 },
            /^uid: is 10001 .*; gid: is 10001 /,
        ],
        [
            "a group's number",
            groupModel,
            { ...group, gid: 12345 },
            { ...group, gid: 12346 },
            /^gid: is 12345 and cannot be changed to 12346/,
        ],
        [
            "the node's numbers behind a container's",
            gatewayModel,
            { ...gateway, lxc: { ...lxc, idMap: { ids: 131_072, hostFrom: 300_000 } } },
            { ...gateway, lxc: { ...lxc, idMap: { ids: 131_072 } } },
            /^lxc\.idMap\.hostFrom: is 300000 and cannot be changed to 165536: files/,
        ],
        [
            "a way of numbering that is left out",
            domainModel,
            { ...member, idmap: { backend: "ad" } },
            member,
            /^idmap\.backend: is ad and cannot be changed to rid: files belong/,
        ],
        ["a number beside a new name", userModel, { ...user, uid: 10001 }, { ...user, name: "bob", uid: 10077 }, /^uid: /],
        [
            "a gateway whose data may not go",
            gatewayModel,
            { ...gateway, ...kept },
            { ...gateway, ...rebuilt, dataOnDelete: "destroy" },
            /^dataOnDelete: the data volume tank:vm-1-disk-1 would be destroyed.*\(a change of lxc replaces the resource\)$/,
        ],
        [
            "one that Proxmox VE protects",
            gatewayModel,
            { ...gateway, data: undefined, protection: true },
            { ...gateway, data: undefined, ...rebuilt },
            /^protection: /,
        ],
        [
            "one that is to have again what goes with it",
            gatewayModel,
            { ...gateway, ...kept, data: { volume: "tank:vm-1-disk-1" }, dataOnDelete: "destroy" },
            { ...gateway, ...rebuilt, data: { volume: "tank:vm-1-disk-1" }, dataOnDelete: "destroy" },
            /^data\.volume: .*could not be attached to the new one/,
        ],
    ])("%s", (_, model, old, news, reason) => {
        expect(() => diff(model, { ...toState(model, old, {}), ...(old["ready"] === true ? kept : {}) }, news, quiet)).toThrow(reason);
    });
    test("not where it is replaced anyway, nor where the data may go", () => {
        expect(between(shareModel, { ...share, volume: undefined }, { ...share, ...elsewhere }).replaces).toEqual(["gateway"]);
        expect(between(userModel, { ...user, uid: 10001 }, { ...user, ...elsewhere, uid: 10002 }).replaces).toEqual(["gateway"]);
        expect(between(gatewayModel, { ...gateway, dataOnDelete: "destroy" }, { ...gateway, ...rebuilt }, kept).replaces).toEqual(["lxc"]);
        const bound = { ...gateway, data: { bind: "/tank/files" } };
        expect(between(gatewayModel, bound, { ...bound, ...rebuilt }, { ready: true }).replaces).toEqual(["lxc"]);
    });
    test("an unknown one waits", () => {
        expect(between(userModel, { ...user, uid: 10001 }, { ...user, uid: UNKNOWN }).replaces).toEqual([]);
        expect(between(shareModel, { ...share, volume: undefined }, { ...share, volume: UNKNOWN }).replaces).toEqual([]);
    });
});

describe("unknown values", () => {
    test("may change something, but never replace", () => {
        expect(between(userModel, user, { ...user, name: UNKNOWN })).toEqual({
            changes: undefined,
            replaces: [],
            deleteBeforeReplace: true,
        });
        expect(between(gatewayModel, gateway, { ...gateway, data: { storage: UNKNOWN, size: "1GiB" } }).replaces).toEqual([]);
    });
    test("except the id of a gateway: it is being made anew", () => {
        expect(between(shareModel, share, { ...share, gateway: { id: UNKNOWN } }).replaces).toEqual(["gateway"]);
    });
    test("the whole gateway unknown: the engine asks what must go first; nothing must", () => {
        expect(between(shareModel, share, { ...share, gateway: UNKNOWN }).replaces).toEqual([]);
    });
});

test("what was left half-made is a difference, though inputs are alike", () => {
    expect(diff(shareModel, toState(shareModel, share, {}, true), share, quiet)).toEqual({
        changes: true,
        replaces: [],
        deleteBeforeReplace: true,
    });
});

test("a newer version's state is refused", () => {
    expect(() => diff(shareModel, { ...share, v: 3 }, share, quiet)).toThrow(/newer pvesmb \(state format 3; this one knows 2\)/);
});

test("consequences name the resource and are said by the log; what is unknown yet has none", () => {
    const said = new Map<string, string>();
    const log: Log = { ...quiet, warnOnce: (key, text) => said.set(key, text) };
    const urn = "urn:pulumi:dev::p::pulumi-nodejs:dynamic/pvesmb:SmbShare::documents";
    diff(shareModel, toState(shareModel, share, {}), { ...share, enabled: false, readOnly: UNKNOWN }, log, urn);
    expect([...said.values()]).toEqual(["SmbShare documents: enabled: open connections to the share are closed"]);
});

describe.each(samples)("%s: properties", (_, model, inputs) => {
    test("nothing to do right after create", () => {
        const outputs = fc.record({ uid: fc.integer(), gid: fc.integer(), vmid: fc.integer(), path: fc.string() });
        fc.assert(
            fc.property(inputs, outputs, (news, made) => expect(between(model, news, copied(news), made)).toEqual({ changes: false })),
        );
    });

    test("an unknown anywhere: no throw, something to do, no replacement but for the gateway's or the share's id", () => {
        fc.assert(
            fc.property(inputs, fc.nat(), (old, pick) => {
                const { tree, path } = changed(old, pick, UNKNOWN);
                expect(between(model, old, tree)).toEqual({
                    changes: undefined,
                    replaces: ["gateway.id", "share.id", "share.gateway.id"].includes(path.join(".")) ? [path[0]] : [],
                    deleteBeforeReplace: true,
                });
            }),
        );
    });

    test("any two of them: replaced or refused are only properties that can be", () => {
        const outcome = (old: Tree, news: Tree): { replaces: string[]; refused: string[] } => {
            try {
                return { replaces: between(model, old, news).replaces ?? [], refused: [] };
            } catch (error) {
                if (!isKind(error, "InvalidInput")) throw error;
                return {
                    replaces: [],
                    refused: error.message.split("; ").flatMap((part) => /^(\w+): (?:is|cannot) /.exec(part)?.[1] ?? []),
                };
            }
        };
        fc.assert(
            fc.property(inputs, inputs, (old, news) => {
                const { replaces, refused } = outcome(old, news);
                for (const name of replaces) expect(["gateway", "vmid", "lxc", "data", "share", "domain", "computerName"]).toContain(name);
                for (const name of refused) expect(["volume", "uid", "gid", "idRange", "workgroup"]).toContain(name);
            }),
        );
    });
});

test("a replacement says what becomes of the old one, unless it goes with the gateway it is on", () => {
    const said: string[] = [];
    const log: Log = { ...quiet, warnOnce: (_key, text) => said.push(text) };
    const replace = (news: Tree): unknown => diff(shareModel, toState(shareModel, share, {}), { ...share, ...news }, log, "a::docs");
    replace({ gateway: { id: UNKNOWN } });
    replace({ comment: "New" });
    expect(said).toEqual([]);
    replace({ gateway: { id: "pve1/102/0123456789abcdef" } });
    expect(said).toEqual([`SmbShare docs: replaced because of gateway: ${shareModel.deletion}`]);
});

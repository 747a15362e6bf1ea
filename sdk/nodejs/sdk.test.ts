import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Quota, SmbGateway, SmbGroup, SmbShare, SmbUser } from ".";
import { following, hostLabel, markSecrets } from "../../provider/base/kind";
import { sealing } from "./shim";

interface Registered {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
}
let registered: Registered[] = [];

beforeEach(async () => {
    registered = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs, id }) => {
                registered.push({ type, name, inputs: inputs as Record<string, unknown> });
                const state = type.endsWith(":SmbShare") ? { ...inputs, unc: `\\\\10.0.0.1\\${String(inputs.name)}` } : inputs;
                return { id: id || (type.endsWith(":SmbGateway") ? "pve1/101/0123456789abcdef" : `${name}-id`), state: state as object };
            },
            call: ({ inputs }) => inputs as object,
        },
        "proj",
        "dev",
        false,
    );
});

/** The registered resource, after all have been registered. */
async function arrived(name: string): Promise<Registered> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const found = registered.find((each) => each.name === name);
    if (!found) throw new Error(`${name} was not registered`);
    return found;
}

const value = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => void output.apply((known) => (resolve(known), known)));
const SECRET = "4dabf18193072939515e22adb298388d";
const secretOf = (marked: unknown): unknown => (marked as Record<string, unknown>)["value"];
const isSecret = (marked: unknown): boolean => typeof marked === "object" && marked !== null && SECRET in marked;

const base = {
    node: "pve1",
    lxc: { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } },
    network: { bridge: "vmbr0", address: "dhcp" },
};
const gateway = (args: object = {}, opts?: pulumi.CustomResourceOptions): SmbGateway =>
    new SmbGateway("Files & Co.", { ...base, ...args }, opts);
const NAME = "Files & Co.";

test("the text in every user's state, to the letter (docs/decisions/0003)", async () => {
    gateway();
    new SmbUser("alice", { gateway: { id: "x" }, password: "p" });
    new SmbShare("docs", { gateway: { id: "x" } });
    expect((await arrived(NAME)).inputs["__provider"]).toBe('exports.handler=()=>require("pvesmb/runtime/v1").SmbGateway');
    expect((await arrived("alice")).inputs["__provider"]).toBe('exports.handler=()=>require("pvesmb/runtime/v1").SmbUser');
    const share = await arrived("docs");
    expect(share).toEqual({
        type: "pulumi-nodejs:dynamic/pvesmb:SmbShare",
        name: "docs",
        inputs: {
            __provider: 'exports.handler=()=>require("pvesmb/runtime/v1").SmbShare',
            __key: "urn:pulumi:dev::proj::pulumi-nodejs:dynamic/pvesmb:SmbShare::docs",
            name: "docs",
            gateway: { id: "x" },
        },
    });
});

test("names are made of the resource's", async () => {
    gateway();
    expect((await arrived(NAME)).inputs["hostname"]).toBe("files-co");
    expect(["Ä", "-a-", "A".repeat(80), `${"a".repeat(62)}-b`].map(hostLabel)).toEqual(["samba", "a", "a".repeat(63), "a".repeat(62)]);
    new SmbShare("docs", { gateway: { id: "x" }, name: "Documents" });
    expect((await arrived("docs")).inputs["name"]).toBe("Documents");
    new Quota("limit", { gateway: { id: "x" }, limit: "1GiB" });
    expect((await arrived("limit")).inputs).not.toHaveProperty("name");
});

describe("key", () => {
    test("is the URN, parents included, also for two children of one component", async () => {
        class Site extends pulumi.ComponentResource {
            constructor() {
                super("x:y:Site", "site");
                for (const name of ["a", "b"]) new SmbShare(name, { gateway: { id: "x" } }, { parent: this });
            }
        }
        new Site();
        expect((await arrived("a")).inputs["__key"]).toBe("urn:pulumi:dev::proj::x:y:Site$pulumi-nodejs:dynamic/pvesmb:SmbShare::a");
        expect((await arrived("b")).inputs["__key"]).toBe("urn:pulumi:dev::proj::x:y:Site$pulumi-nodejs:dynamic/pvesmb:SmbShare::b");
    });
});

describe("secrets are marked, whatever the user did", () => {
    const connection = { endpoint: "https://pve1:8006", apiToken: "svc@pve!gw=s3cret", ssh: { username: "root", privateKey: "KEY" } };

    // Mocks mark a whole object as secret if it contains one, so this checks what is passed to Pulumi.
    test("each by itself in plain arguments", async () => {
        const secrets = [
            ["connection", "apiToken"],
            ["connection", "ssh", "privateKey"],
        ];
        const given = markSecrets({ connection, node: "pve1" }, secrets, sealing);
        const { node, connection: marked } = given as {
            node: string;
            connection: { endpoint: string; apiToken: pulumi.Output<string>; ssh: { username: string; privateKey: pulumi.Output<string> } };
        };
        expect([node, marked.endpoint, marked.ssh.username]).toEqual(["pve1", "https://pve1:8006", "root"]);
        expect(
            await Promise.all(
                [marked.apiToken, marked.ssh.privateKey].map(async (each) => [await pulumi.isSecret(each), await value(each)]),
            ),
        ).toEqual([
            [true, "svc@pve!gw=s3cret"],
            [true, "KEY"],
        ]);
    });

    test("an Output as a whole, if there is a secret in it", async () => {
        gateway({ connection: pulumi.output(connection) });
        const given = (await arrived(NAME)).inputs["connection"];
        expect(isSecret(given)).toBe(true);
        expect(secretOf(given)).toEqual(connection);
        new SmbShare("docs", { gateway: pulumi.output({ id: "x" }) });
        expect((await arrived("docs")).inputs["gateway"]).toEqual({ id: "x" });
    });

    test("passwords, also when promised", async () => {
        new SmbUser("alice", { gateway: { id: "x" }, password: Promise.resolve("pw") });
        const { password } = (await arrived("alice")).inputs;
        expect([isSecret(password), secretOf(password)]).toEqual([true, "pw"]);
    });

    test("in a child's gateway as well", async () => {
        new SmbShare("docs", { gateway: gateway({ connection }) });
        const given = (await arrived("docs")).inputs["gateway"];
        expect([isSecret(given), secretOf(given)]).toEqual([true, { id: "pve1/101/0123456789abcdef", connection }]);
    });
});

test("ref is made of the id and the arguments", async () => {
    expect(await value(gateway({ connection: { endpoint: "https://pve1:8006" } }).ref)).toEqual({
        id: "pve1/101/0123456789abcdef",
        connection: { endpoint: "https://pve1:8006" },
    });
});

test("a quota's share is its id and arguments; of a share that another version of the package made, its `ref`", async () => {
    const on = gateway({ connection: { endpoint: "https://pve1:8006" } });
    const docs = new SmbShare("docs", { gateway: on, path: "/srv/pvesmb/x", volume: { storage: "tank", size: "1GiB" } });
    const ref = {
        id: "docs-id",
        gateway: { id: "pve1/101/0123456789abcdef", connection: { endpoint: "https://pve1:8006" } },
        path: "/srv/pvesmb/x",
        size: "1GiB",
    };
    expect(await value(docs.ref)).toEqual(ref);
    new Quota("own", { share: docs, limit: "1GiB" });
    expect((await arrived("own")).inputs["share"]).toEqual(ref);
    const foreign = new SmbUser("of-another-copy", { gateway: on, password: "p" });
    Object.assign(foreign, { ref: pulumi.output({ id: "0123456789abcdef", gateway: { id: "x" } }) });
    new Quota("other", { share: foreign, limit: "1GiB" });
    expect((await arrived("other")).inputs["share"]).toEqual({ id: "0123456789abcdef", gateway: { id: "x" } });
});

describe("resource options that Pulumi has for every resource", () => {
    test.each<[pulumi.CustomResourceOptions, string]>([
        [{ import: "x" }, "SmbShare docs cannot be imported; declare it with `adopt: true`"],
        [{ id: "x" }, "SmbShare docs cannot be imported; declare it with `adopt: true`"],
        [{ urn: "urn:pulumi:x" }, "SmbShare docs cannot be looked up by its URN; hand"],
        [{ provider: {} as never }, "SmbShare docs takes no `provider`: .* `connection`"],
        [{ version: "1.0.0" }, "SmbShare docs takes no `version`: .*package.json"],
        [{ pluginDownloadURL: "https://x" }, "SmbShare docs takes no `pluginDownloadURL`"],
        [{ customTimeouts: { create: "5 minutes" } }, "SmbShare docs: customTimeouts.create must be a duration"],
        [{ customTimeouts: { update: "0s" } }, "SmbShare docs: customTimeouts.update must be a duration"],
    ])("%j is refused with a word", (opts, says) => {
        expect(() => new SmbShare("docs", { gateway: { id: "x" } }, opts)).toThrow(new RegExp(`^${says}`));
    });

    // test/e2e/lifecycle.test.ts covers what the engine does with it; here it must be passed on unchanged.
    const other = (): pulumi.Resource => new SmbGroup("crew", { gateway: { id: "x" } });
    test.each<[string, () => pulumi.CustomResourceOptions]>([
        ["aliases", () => ({ aliases: [{ name: "papers" }] })],
        ["protect", () => ({ protect: true })],
        ["retainOnDelete", () => ({ retainOnDelete: true })],
        ["deletedWith", () => ({ deletedWith: other() })],
        ["replaceOnChanges", () => ({ replaceOnChanges: ["comment"] })],
        ["replaceWith", () => ({ replaceWith: [other()] })],
        ["replacementTrigger", () => ({ replacementTrigger: "1" })],
        ["deleteBeforeReplace", () => ({ deleteBeforeReplace: false })],
        ["dependsOn", () => ({ dependsOn: [other()] })],
        ["parent", () => ({ parent: other() })],
        ["ignoreChanges", () => ({ ignoreChanges: ["comment"] })],
        ["additionalSecretOutputs", () => ({ additionalSecretOutputs: ["unc"] })],
        ["hideDiffs", () => ({ hideDiffs: ["comment"] })],
        ["customTimeouts", () => ({ customTimeouts: { create: "5m" } })],
        ["transforms", () => ({ transforms: [] })],
        ["hooks", () => ({ hooks: {} })],
        ["stateMigrations", () => ({ stateMigrations: [] })],
    ])("%s is handed to the engine", async (option, make) => {
        let seen: pulumi.CustomResourceOptions = {};
        const transformation: pulumi.ResourceTransformation = ({ props, opts, type }) => {
            if (type.endsWith(":SmbShare")) seen = opts;
            return { props: props, opts };
        };
        const opts = make();
        new SmbShare("docs", { gateway: { id: "x" } }, { ...opts, transformations: [transformation] });
        await arrived("docs");
        expect(seen[option as keyof pulumi.CustomResourceOptions]).toEqual(opts[option as keyof pulumi.CustomResourceOptions]);
    });

    test.each<[object | undefined, pulumi.CustomTimeouts, object]>([
        [undefined, { create: "1h30m", delete: "40s" }, { create: "5400s", delete: "40s" }],
        [undefined, { update: "1.5s" }, { update: "2s" }],
        [{ create: "10m" }, { create: "1h", update: "1m" }, { create: "10m", update: "60s" }],
    ])("customTimeouts are the resource's own where it has none: %j and %j", async (own, customTimeouts, timeouts) => {
        new SmbShare("docs", { gateway: { id: "x" }, timeouts: own && pulumi.output(own) }, { customTimeouts });
        expect((await arrived("docs")).inputs["timeouts"]).toEqual(timeouts);
    });
});

test("every output is there, as an Output", async () => {
    const docs = new SmbShare("docs", { gateway: { id: "x" }, comment: "c" });
    expect(await value(docs.comment)).toBe("c");
    for (const output of [docs.unc, docs.volumeId, docs.path, docs.access]) expect(pulumi.Output.isInstance(output)).toBe(true);
});

test("outputs that every finished resource has are texts to the compiler too: other resources take them", () => {
    const on = gateway();
    const texts: pulumi.Output<string>[] = [
        on.address,
        on.unc,
        new SmbShare("docs", { gateway: on }).unc,
        new SmbUser("alice", { gateway: on, password: "p" }).sid,
        new SmbGroup("crew", { gateway: on }).sid,
    ];
    const numbers: pulumi.Output<number>[] = (({ used, available, percent }) => [used, available, percent])(
        new Quota("docs", { gateway: on, limit: "1GiB" }),
    );
    for (const output of [...texts, ...numbers]) expect(pulumi.Output.isInstance(output)).toBe(true);
});

test("a share's UNC path is at its gateway's address of now, whatever its own state says", async () => {
    const on = gateway();
    Object.assign(on, { unc: pulumi.output("\\\\10.0.0.2") });
    expect(await value(new SmbShare("docs", { gateway: on }).unc)).toBe("\\\\10.0.0.2\\docs");
    expect(await value(new SmbShare("pub", { gateway: { id: "x" } }).unc)).toBe("\\\\10.0.0.1\\pub");
});

test("the name of a share on a member of a domain stays; the path by address moves with the gateway", () => {
    const [byName, byAddress, now] = ["\\\\files.ad.example.com\\docs", "\\\\10.0.0.1\\docs", "\\\\10.0.0.2"];
    expect(following(now, byName, byAddress)).toBe(byName);
    expect(following(now, byAddress, byAddress)).toBe("\\\\10.0.0.2\\docs");
    // A state of an earlier version.
    expect(following(now, byAddress, undefined)).toBe("\\\\10.0.0.2\\docs");
});

test("an input that was left out comes from the resource all the same, as nothing", async () => {
    const docs = new SmbShare("docs", { gateway: { id: "x" } });
    expect(await value(docs.access)).toBeUndefined();
    const from = [...(await (docs.access as unknown as { allResources(): Promise<Set<pulumi.Resource>> }).allResources())];
    expect(from).toEqual([docs]);
    expect(Object.keys(docs)).toContain("access");
});

test("stack traces are as they were afterwards, and an error on the way names the program's place", () => {
    const traces = Error as { stackTraceLimit: number; prepareStackTrace: unknown };
    const before = { ...traces };
    const transformation = (): undefined => {
        throw new Error("not this one");
    };
    let stack: string | undefined;
    try {
        new SmbShare("docs", { gateway: { id: "x" } }, { transformations: [transformation] });
    } catch (error) {
        stack = (error as Error).stack;
    }
    expect(stack).toContain("not this one");
    expect(stack).toContain("sdk.test.ts");
    expect({ ...traces }).toEqual(before);
});

test("what the program ignores is told to the provider, which Pulumi does not do; else nothing is", async () => {
    new SmbUser("alice", { gateway: { id: "x" }, password: "p" }, { ignoreChanges: ["password"] });
    new SmbUser("bob", { gateway: { id: "x" }, password: "p" }, { ignoreChanges: [] });
    expect((await arrived("alice")).inputs["ignored"]).toEqual(["password"]);
    expect((await arrived("bob")).inputs).not.toHaveProperty("ignored");
});

describe("a gateway with data is protected", () => {
    const data = { storage: "tank", size: "1GiB" };
    test.each<[string, object, pulumi.CustomResourceOptions | undefined, boolean | undefined]>([
        ["with data", { data }, undefined, true],
        ["whose data may go", { data, dataOnDelete: "destroy" }, undefined, undefined],
        // The engine would protect it for ever, whatever the final value.
        ["not where it is known later that they may", { data, dataOnDelete: pulumi.output("destroy") }, undefined, undefined],
        ["nor where it is known later that they are the node's", { data: pulumi.output({ bind: "/tank/x" }) }, undefined, undefined],
        ["nor where that is a promise", { data, dataOnDelete: Promise.resolve("destroy") }, undefined, undefined],
        ["with data whose place is known later", { data: { ...data, storage: pulumi.output("tank") } }, undefined, true],
        ["not of a directory of the node", { data: { bind: pulumi.output("/tank/x") } }, undefined, undefined],
        ["with data that is no directory after all", { data: { ...data, bind: undefined } }, undefined, true],
        ["without data", {}, undefined, undefined],
        ["unless the user says otherwise", { data }, { protect: false }, false],
    ])("%s", async (_, args, opts, protect) => {
        let seen: pulumi.ResourceOptions = {};
        const transformation: pulumi.ResourceTransformation = ({ props, opts: final }) => ((seen = final), { props: props, opts: final });
        gateway(args, { ...opts, transformations: [transformation] });
        await arrived(NAME);
        expect(seen.protect).toBe(protect);
    });

    test.each<[string, object, boolean]>([
        ["data that stay", { data: pulumi.output(data) }, true],
        ["a word that forbids it", { data, dataOnDelete: pulumi.output("refuse") }, false],
        ["a word that allows it", { data: pulumi.output(data), dataOnDelete: pulumi.output("destroy") }, false],
        ["the node's data", { data: pulumi.output({ bind: "/tank/x" }) }, false],
        ["no data", { data: pulumi.output(undefined) }, false],
    ])("by the provider alone, with a warning where that comes too late for what is on it: %s", async (_, args, warned) => {
        const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
        gateway(args);
        await arrived(NAME);
        expect(warn.mock.calls.map(([text]) => text)).toEqual(
            warned ? [expect.stringContaining("SmbGateway Files & Co.: Pulumi cannot protect it, because `data` is an Output")] : [],
        );
        warn.mockRestore();
    });
});

describe("from plain JavaScript", () => {
    test.each<[unknown, unknown, string]>([
        ["docs", undefined, "SmbShare docs: the arguments must be an object, such as { ... }, not undefined"],
        ["docs", "x", "SmbShare docs: the arguments must be an object, such as { ... }, not a string"],
        ["docs", [], "SmbShare docs: the arguments must be an object, such as { ... }, not a list"],
        [
            "docs",
            pulumi.output({}),
            "SmbShare docs: the arguments must be an object, such as { ... }, not an Output (its properties may be Outputs)",
        ],
        [undefined, {}, "new SmbShare(name, args): the name must be a non-empty string"],
        ["", {}, "new SmbShare(name, args): the name must be a non-empty string"],
    ])("wrong shape %#", (name, args, says) => {
        expect(() => new SmbShare(name as string, args as never)).toThrow(new Error(says));
    });
});

describe("where Pulumi would not find the provider, one sentence says so", () => {
    const folder = mkdtempSync(join(tmpdir(), "pvesmb-sdk-"));
    afterAll(() => rmSync(folder, { recursive: true }));

    test("from a folder of no project, then with pvesmb below another package only, then right", () => {
        // In a child process: Jest resolves modules in its own way.
        const script = `
            import { mkdirSync, writeFileSync } from "node:fs";
            import { needProvider } from ${JSON.stringify(join(__dirname, "loadable.ts"))};
            const said = (hasEngine) => { try { needProvider(process.cwd(), hasEngine); return ""; } catch (error) { return error.message; } };
            const module = (folder) => { mkdirSync("node_modules/" + folder, { recursive: true }); writeFileSync("node_modules/" + folder + "/index.js", ""); };
            const all = [said(false), said(true)];
            module("@pulumi/pulumi/cmd/dynamic-provider");
            all.push(said(true));
            module("pvesmb/runtime/v1");
            all.push(said(true));
            process.stdout.write(JSON.stringify(all));`;
        const tsx = join(__dirname, "../../node_modules/.bin/tsx");
        expect(JSON.parse(execFileSync(tsx, ["-e", script], { cwd: folder, encoding: "utf8" }))).toEqual([
            "",
            expect.stringMatching(
                /^Pulumi loads pvesmb's provider from .*, where there is no @pulumi\/pulumi\/cmd\/dynamic-provider: run the/,
            ),
            expect.stringMatching(/no pvesmb\/runtime\/v1: add pvesmb to the dependencies/),
            "",
        ]);
    });
});

describe("what is on a gateway is deleted with it", () => {
    /** The gateway that a resource goes with, by the engine's own option. */
    const goes = (make: (opts: pulumi.CustomResourceOptions) => pulumi.Resource): pulumi.Resource | undefined => {
        let found: pulumi.Resource | undefined;
        const look: pulumi.ResourceTransformation = ({ opts }) => void (found = (opts as pulumi.CustomResourceOptions).deletedWith);
        make({ transformations: [look] });
        return found;
    };
    const data = { storage: "tank", size: "1GiB" };
    const user = { password: "p" };

    test("users, groups, shares, and quotas of it and of its shares", () => {
        const on = gateway({ data });
        const docs = new SmbShare("docs", { gateway: on });
        for (const make of [
            (opts: object) => new SmbUser("alice", { gateway: on, ...user }, opts),
            (opts: object) => new SmbGroup("crew", { gateway: on }, opts),
            (opts: object) => new SmbShare("pub", { gateway: on, previousVersions: { folder: "." } }, opts),
            (opts: object) => new Quota("all", { gateway: on, limit: "1GiB" }, opts),
            (opts: object) => new Quota("docs", { share: docs, limit: "1GiB" }, opts),
        ])
            expect(goes(make)).toBe(on);
    });

    test("but not where a part of it stays behind, or where the program says otherwise", () => {
        const [whole, other] = [gateway(), new SmbGateway("other", base)];
        const later = pulumi.output(data);
        for (const bound of [gateway({ data: { bind: "/tank/x" } }), gateway({ data: later }), gateway({ ssh: { host: "files" } })])
            expect(goes((opts) => new SmbUser("alice", { gateway: bound, ...user }, opts))).toBeUndefined();
        const scheduled = { gateway: whole, previousVersions: { schedule: { daily: 7 } } };
        expect(goes((opts) => new SmbShare("docs", scheduled, opts))).toBeUndefined();
        expect(goes((opts) => new SmbUser("alice", { gateway: whole.ref, ...user }, opts))).toBeUndefined();
        expect(goes((opts) => new SmbUser("alice", { gateway: whole, ...user }, { ...opts, deletedWith: other }))).toBe(other);
    });
});

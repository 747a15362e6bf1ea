import * as pulumi from "@pulumi/pulumi";
import { FileServer, type FileServerArgs, SmbUser } from "..";

type Properties = Record<string, unknown>;

/** Registered resources, by kind and name. */
const registered = new Map<string, Properties>();

beforeEach(async () => {
    registered.clear();
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs }) => {
                if (type.startsWith("pulumi-nodejs:")) registered.set(`${type.split(":").at(-1)} ${name}`, inputs as Properties);
                const id = type.endsWith(":SmbGateway") ? "pve1/101/0123456789abcdef" : `${name}-id`;
                return { id, state: { ...(inputs as Properties), unc: `\\\\x\\${name}` } };
            },
            call: ({ inputs }) => inputs as object,
        },
        "proj",
        "dev",
        false,
    );
});

const gateway = {
    node: "pve1",
    lxc: { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } },
    network: { bridge: "vmbr0", address: "dhcp" },
};

/** The inputs of each child, after all have been registered. */
async function made(args: Partial<FileServerArgs>, opts?: pulumi.ComponentResourceOptions): Promise<Record<string, Properties>> {
    const server = new FileServer("files", { gateway, ...args }, opts);
    const rest = [...Object.values(server.groups), ...Object.values(server.quotas)].map((each) => each?.id ?? "");
    await new Promise((resolve) => void pulumi.all([server.paths, pulumi.all(rest)]).apply(resolve));
    return Object.fromEntries(registered);
}

/** Records the final options of each resource. */
function watching(seen: Map<string, pulumi.CustomResourceOptions>): pulumi.ComponentResourceOptions {
    return { transformations: [({ name, props, opts }) => (seen.set(name, opts), { props: props, opts })] };
}

/** Names of a resource's dependencies. */
const dependencies = (opts: pulumi.CustomResourceOptions = {}): string[] =>
    [opts.dependsOn ?? []].flat().map((each) => (each as unknown as { __name: string }).__name);

const user = { password: "p" };

test("children are named after it, things on the gateway by their keys", async () => {
    const children = await made({
        users: { alice: user },
        groups: { team: { members: ["alice"] } },
        shares: { docs: { quota: { limit: "1GiB" } } },
        quotas: { all: { limit: "2GiB" } },
    });
    expect(Object.keys(children).sort()).toEqual([
        "Quota files-all",
        "Quota files-docs",
        "SmbGateway files",
        "SmbGroup files-team",
        "SmbShare files-docs",
        "SmbUser files-alice",
    ]);
    expect(children["SmbShare files-docs"]).toMatchObject({
        name: "docs",
        gateway: { id: "pve1/101/0123456789abcdef" },
    });
    expect(children["SmbUser files-alice"]?.["__key"]).toBe(
        "urn:pulumi:dev::proj::pvesmb:index:FileServer$pulumi-nodejs:dynamic/pvesmb:SmbUser::files-alice",
    );
});

test("accounts are named by their keys, whatever their names are; what has another origin is taken as it is", async () => {
    const carol = new SmbUser("carol", { gateway: { id: "x" }, password: "p" });
    const children = await made({
        users: { alice: { ...user, name: "al" }, bob: { ...user, groups: ["readers", "team"] } },
        groups: { team: { name: "crew" }, heads: { members: ["alice", carol.name] } },
        shares: {
            docs: {
                owner: "alice",
                group: "www-data",
                access: [
                    { user: "alice", level: "full" },
                    { group: "team", level: "change" },
                    { group: "readers", level: "read" },
                    { user: carol.name, level: "read" },
                ],
                aclEntries: [{ group: "bob", permissions: "r-x" }],
                quota: { limit: "1GiB", users: [{ name: "alice", limit: "1MiB" }] },
            },
        },
    });
    expect(children["SmbGroup files-heads"]).toMatchObject({ members: ["al", "carol"] });
    expect(children["SmbUser files-bob"]).toMatchObject({ groups: ["readers", "crew"] });
    expect(children["SmbShare files-docs"]).toMatchObject({
        owner: "al",
        group: "www-data",
        access: [
            { user: "al", level: "full" },
            { group: "crew", level: "change" },
            { group: "readers", level: "read" },
            { user: "carol", level: "read" },
        ],
        aclEntries: [{ group: "bob", permissions: "r-x" }],
    });
    expect(children["SmbShare files-docs"]).not.toHaveProperty("quota");
    expect(children["Quota files-docs"]).toMatchObject({ limit: "1GiB", users: [{ name: "al", limit: "1MiB" }] });
});

test("accounts of a domain are nobody's keys", async () => {
    const access = [
        { user: "AD\\bob", level: "read" as const },
        { user: "bob@example.com", level: "read" as const },
        { group: "S-1-5-21-1-2-3-513", level: "read" as const },
    ];
    const children = await made({ groups: { team: { members: ["AD\\bob"] } }, shares: { docs: { access, owner: "AD\\bob" } } });
    expect(children["SmbShare files-docs"]).toMatchObject({ owner: "AD\\bob", access });
    expect(children["SmbGroup files-team"]).toMatchObject({ members: ["AD\\bob"] });
});

test("a share waits for the accounts it names, and for no others", async () => {
    const seen = new Map<string, pulumi.CustomResourceOptions>();
    const args = {
        users: { alice: user, bob: { ...user, groups: ["readers"] }, dora: user },
        groups: { team: { members: ["alice"] }, idle: {} },
        shares: {
            docs: { access: [{ group: "team", level: "read" }] },
            open: { access: [{ group: "readers", level: "read" }] },
            late: { access: pulumi.output([{ user: "alice", level: "read" as const }]) },
            none: {},
        },
    } satisfies Partial<FileServerArgs>;
    await made(args, watching(seen));
    const names = (name: string): string[] => [...new Set(dependencies(seen.get(name)))].sort();
    expect(names("files-team")).toEqual(["files-alice"]);
    expect(names("files-docs")).toEqual(["files-team"]);
    expect(names("files-open")).toEqual(["files-bob"]);
    expect(names("files-none")).toEqual([]);
    expect(names("files-late")).toEqual(["files-alice", "files-bob", "files-dora", "files-idle", "files-team"]);
});

test.each<[string, Partial<FileServerArgs>, string]>([
    [
        "a user in a share's access",
        { users: { alice: user }, shares: { docs: { access: [{ user: "bob", level: "read" }] } } },
        "shares.docs.access[0].user: there is no bob in `users` (alice)",
    ],
    [
        "a group in a share's ACL",
        { shares: { docs: { aclEntries: [{ group: "team", permissions: "r-x" }] } } },
        "shares.docs.aclEntries[0].group: there is no team in `groups` (empty)",
    ],
    ["a member", { groups: { team: { members: ["bob"] } } }, "groups.team.members[0]: there is no bob in `users` (empty)"],
    [
        "membership said twice",
        { users: { bob: { ...user, groups: ["team"] } }, groups: { team: { members: ["bob"] } } },
        "users.bob.groups: the group team lists its members itself",
    ],
    [
        "two quotas of one name",
        { shares: { docs: { quota: { limit: "1GiB" } } }, quotas: { docs: { limit: "1GiB" } } },
        "quotas.docs: the quota of the share docs already has this name",
    ],
])("%s that cannot be is told before anything is made", async (_what, args, message) => {
    expect(() => new FileServer("files", { gateway, ...args })).toThrow(message);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([...registered.keys()]).toEqual([]);
});

test("groups that users name only later are not taken for unknown", async () => {
    const children = await made({
        users: { bob: { ...user, groups: pulumi.output(["readers"]) } },
        shares: { docs: { access: [{ group: "readers", level: "read" }] } },
    });
    expect(children["SmbShare files-docs"]).toMatchObject({ access: [{ group: "readers" }] });
});

test("options of the component reach what is in it", async () => {
    const seen = new Map<string, pulumi.CustomResourceOptions>();
    const before = new SmbUser("before", { gateway: { id: "x" }, password: "p" });
    const args = { gateway: { ...gateway, data: { storage: "tank", size: "1GiB" } }, shares: { docs: {} } };
    await made(args, { ...watching(seen), protect: false, dependsOn: before });
    expect(seen.get("files-docs")?.parent).toBeInstanceOf(FileServer);
    expect(seen.get("files")?.protect).toBe(false);
    expect(dependencies(seen.get("files"))).toEqual(["before"]);
    await made(args, watching(seen));
    expect(seen.get("files")?.protect).toBe(true);
});

test.each<[pulumi.ComponentResourceOptions, string]>([
    [{ provider: {} as never }, "FileServer files takes no `provider`: .* `connection`"],
    [{ providers: {} }, "FileServer files takes no `providers`: .* `connection`"],
    [{ version: "1.0.0" }, "FileServer files takes no `version`: .*package.json"],
    [{ urn: "urn:pulumi:x" }, "FileServer files cannot be looked up by its URN"],
])("an option that has no use is refused with a word: %j", (opts, says) => {
    expect(() => new FileServer("files", { gateway }, opts)).toThrow(new RegExp(`^${says}`));
});

test("every name is known to the compiler", () => {
    const server = new FileServer("files", {
        gateway,
        users: { alice: user },
        shares: { docs: { access: [{ user: "alice", level: "read" }] } },
    });
    const found: pulumi.Output<string> = server.users.alice.name;
    expect(pulumi.Output.isInstance(found)).toBe(true);
    // @ts-expect-error -- there is no such share
    expect(server.shares.dosc).toBeUndefined();
});

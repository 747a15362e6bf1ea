import { utils } from "ssh2";
import { pendingResources } from "../base/pending-resources";
import type { AnyHandler, Context } from "../base/handler";
import { Session } from "../base/session";
import { newKey } from "../../test/support/hosts/ssh-server";
import { gatewayModel, userModel } from "../model";
import { dynamicProvider } from "./dynamic";

const seen: boolean[] = [];
const handler = {
    create: (_ctx: unknown, inputs: object) => (seen.push(pendingResources().more), Promise.resolve({ id: "1", state: inputs })),
    update: (_ctx: unknown, _id: string, _state: object, inputs: object) => (seen.push(pendingResources().more), Promise.resolve(inputs)),
    delete: () => (seen.push(pendingResources().more), Promise.resolve()),
} as unknown as AnyHandler;
const session = new Session();
const provider = dynamicProvider(userModel, () => handler, session);
const user = (name: string) => ({ __key: `urn:${name}`, name, password: "Tr0ub4dor&3", gateway: { id: "pve1/101/0123456789abcdef" } });
const reachable = {
    PROXMOX_VE_ENDPOINT: "https://pve1:8006",
    PROXMOX_VE_API_TOKEN: "svc@pve!gw=0123",
    PROXMOX_VE_SSH_AGENT: "true",
    SSH_AUTH_SOCK: "/run/agent",
};
beforeEach(() => void Object.assign(process.env, reachable));
const wasMore = (): boolean | undefined => seen.pop();

test("handlers can see whether the engine has others to hand in", async () => {
    for (const name of ["a", "b", "c"]) await provider.check({}, user(name));
    await provider.check({}, user("A B"));
    const { outs } = await provider.create(user("a"));
    expect(wasMore()).toBe(true);
    await provider.update("1", outs ?? {}, user("b"));
    expect(wasMore()).toBe(true);
    await provider.create(user("c"));
    expect(wasMore()).toBe(false);

    await provider.check({}, user("a"));
    expect(session.run(() => pendingResources().more)).toBe(true);
    expect(await provider.diff("1", outs ?? {}, user("a"))).toEqual({});
    expect(session.run(() => pendingResources().more)).toBe(false);
    await provider.delete("1", outs ?? {});
    expect(wasMore()).toBe(true);
});

describe("the URN, which Pulumi's server does not tell", () => {
    const { __key: key, ...plain } = user("a");
    const urns: unknown[] = [];
    const own = dynamicProvider(userModel, () => ({
        ...handler,
        create: ({ urn }, inputs) => (urns.push(urn, inputs["__key"] ?? inputs["key"]), Promise.resolve({ id: "1", state: {} })),
        update: ({ urn }, _id, _state, inputs) => (urns.push(urn, inputs["__key"] ?? inputs["key"]), Promise.resolve({})),
        read: (_ctx, _id, state) => Promise.resolve({ inputs: { enabled: false, urn: "urn:of-the-mark" }, state }),
    }));

    test("is the adapter's own: handlers have it from the context, states do not have it, changed inputs have it again", async () => {
        const { outs } = await own.create({ ...user("a"), __provider: "x" });
        await own.update("1", outs ?? {}, user("b"));
        expect(urns).toEqual(["urn:a", undefined, "urn:b", undefined]);
        expect(outs).toEqual(plain);
        expect((await own.read("1", { ...outs, __provider: "x" })).inputs).toEqual({
            ...plain,
            enabled: false,
            __key: "urn:of-the-mark",
            __provider: "x",
        });
        expect(await own.diff("1", outs ?? {}, { ...plain, __key: "urn:another" })).toEqual({});
    });

    test("of a resource of an earlier version keeps its name there, so that nothing has changed", async () => {
        const { __key: _, ...rest } = user("a");
        expect((await own.check({ ...rest, key: "urn:a" }, user("a"))).inputs).toEqual({ ...rest, key: "urn:a" });
        expect((await own.check(user("a"), user("a"))).inputs).toEqual(user("a"));
        await own.create({ ...rest, key: "urn:a" });
        expect(urns.splice(-2)).toEqual(["urn:a", undefined]);
    });

    test("has to be there", async () => {
        const { failures } = await own.check({}, plain);
        expect(failures).toEqual([{ property: "", reason: expect.stringContaining("use the classes of the pvesmb SDK") }]);
        await expect(own.create(plain)).rejects.toThrow("use the classes of the pvesmb SDK");
    });

    test("check gives back what it got, but for a name that the resource's own makes and lists without an order", async () => {
        const groups = (...names: string[]) => ({ ...user("a"), groups: names });
        expect((await own.check(groups("b", "a"), groups("a", "c", "b"))).inputs).toEqual(groups("b", "a", "c"));
        expect((await own.check({}, user("a"))).inputs).toEqual(user("a"));
        const { name: _, ...nameless } = { ...user("a"), __key: `${key.replace("a", "urn::p")}::carol`, __provider: "x" };
        expect((await own.check({}, nameless)).inputs).toEqual({ ...nameless, name: "carol" });
    });

    test("an import, which comes without a state, is refused with the way out", async () => {
        await expect(own.read("alice", { __provider: "x" })).rejects.toThrow(
            "SmbUser alice cannot be imported; declare it with `adopt: true`",
        );
    });
});

test("two stacks in one process have each their own configuration, and what they expect", async () => {
    const connected: string[] = [];
    const asking = {
        create: (ctx: Context<unknown>, inputs: object) => {
            connected.push(ctx.connect(undefined).endpoints.join());
            return Promise.resolve({ id: "1", state: inputs });
        },
    } as unknown as AnyHandler;
    delete process.env["PROXMOX_VE_ENDPOINT"];
    const stacks = ["one", "other"].map((name) => {
        const own = dynamicProvider(userModel, () => asking, new Session());
        const get = (key: string): string | undefined => (key === "pvesmb:endpoint" ? `https://${name}:8006` : undefined);
        void own.configure({ config: { get } } as never);
        return own;
    });
    await stacks[0]?.check({}, user("a"));
    await Promise.all(stacks.map((own) => own.create(user("a"))));
    expect(connected).toEqual(["https://one:8006", "https://other:8006"]);
});

describe("a preview names all that is missing to reach Proxmox VE", () => {
    const reasons = async (inputs: object): Promise<string[]> =>
        (await provider.check({}, inputs as never)).failures?.map(({ property, reason }) => `${property}|${reason}`) ?? [];

    test("at once, with what is wrong with the inputs", async () => {
        for (const name of Object.keys(reachable)) delete process.env[name];
        const found = await reasons({ ...user("A B"), gateway: { id: "pve1/101/0123456789abcdef", connection: { port: 1 } } });
        expect(found).toHaveLength(2);
        expect(await reasons(user("a"))).toEqual([
            expect.stringMatching(/^\|connection\.endpoint is missing/),
            expect.stringMatching(/^\|connection\.apiToken is missing/),
            expect.stringMatching(/^\|connection\.ssh: Proxmox VE has no API/),
        ]);
    });

    test("malformed values too, without their text", async () => {
        Object.assign(process.env, { PROXMOX_VE_API_TOKEN: "s3cret-8c1d", PROXMOX_VE_ENDPOINT: "pve1" });
        const found = await reasons(user("a"));
        expect(found).toHaveLength(2);
        expect(found.join()).not.toContain("8c1d");
        process.env["PROXMOX_VE_SSH_PRIVATE_KEY"] = "not a key 8c1d";
        expect(await reasons({ ...user("a"), gateway: { id: user("a").gateway.id, connection: { endpoint: "https://a:8006" } } })).toEqual([
            expect.stringContaining("PROXMOX_VE_API_TOKEN"),
            expect.stringMatching(/^\|connection\.ssh\.privateKey cannot be read/),
        ]);
        delete process.env["PROXMOX_VE_SSH_PRIVATE_KEY"];
    });

    test("a key is opened once, however many resources are checked: one with a passphrase takes a tenth of a second", async () => {
        process.env["PROXMOX_VE_SSH_PRIVATE_KEY"] = newKey("ed25519", "open sesame").private;
        const opens = jest.spyOn(utils, "parseKey");
        process.env["PVESMB_SSH_PASSPHRASE"] = "open sesame";
        for (const name of ["a", "b", "c"]) expect(await reasons(user(name))).toEqual([]);
        expect(opens).toHaveBeenCalledTimes(1);
        process.env["PVESMB_SSH_PASSPHRASE"] = "open barley";
        expect(await reasons(user("a"))).toEqual([expect.stringMatching(/^\|connection\.ssh\.privateKey cannot be read/)]);
        for (const name of ["PROXMOX_VE_SSH_PRIVATE_KEY", "PVESMB_SSH_PASSPHRASE"]) delete process.env[name];
        opens.mockRestore();
    });

    test("what is not known yet is taken to be right", async () => {
        for (const name of Object.keys(reachable)) delete process.env[name];
        const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
        expect(await reasons({ ...user("a"), gateway: unknown })).toEqual([]);
        expect(await reasons({ ...user("a"), gateway: { id: unknown, connection: { apiToken: unknown } } })).toEqual([]);
    });
});

test("a gateway that will hold data says how it can be deleted, in the preview that makes it", async () => {
    Object.assign(process.env, reachable);
    const print = jest.spyOn(console, "log").mockReturnValue();
    const gateways = dynamicProvider(gatewayModel, () => handler, session);
    const made = {
        __key: "urn:files",
        node: "pve1",
        lxc: { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } },
        network: { bridge: "vmbr0", address: "dhcp" },
    };
    const data = { storage: "tank", size: "1GiB" };
    const lines = async (olds: object, more: object): Promise<number> => {
        print.mockClear();
        expect((await gateways.check(olds as never, { ...made, ...more })).failures).toEqual([]);
        return print.mock.calls.filter(([text]) => String(text).includes('first set `dataOnDelete: "destroy"` and run `pulumi up`')).length;
    };
    expect(await lines({}, { data })).toBe(1);
    expect(await lines(made, { data })).toBe(0);
    expect(await lines({}, { data, dataOnDelete: "destroy" })).toBe(0);
    expect(await lines({}, { data: { bind: "/tank/x" } })).toBe(0);
    expect(await lines({}, {})).toBe(0);
    print.mockRestore();
});

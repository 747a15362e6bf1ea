import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labAccess } from "../lab/src/access";
import { control } from "./support/control";
import { guestsWithin, volumesWithin } from "./support/guests";
import { repository } from "./support/package";
import { gateway, program, smallArgs } from "./support/program";
import { runDirectory } from "./support/run-directory";
import type { Result, Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/**
 * Inputs that cannot work are refused with the property's name and the way out, and nothing is changed. Every property:
 * provider/runtime/bad-input.test.ts.
 */

const vmids = { from: 5250, to: 5299 };
const address = (last: number): string => `10.86.0.${last}`;

let place: Workplace;
beforeAll(async () => {
    place = await workplace(vmids);
});
afterAll(() => place?.dispose());

beforeEach(() => control("clearRequests"));
afterEach(async () => {
    const writes = (await control("requests")).filter(
        ({ method, path, status }) => method !== "GET" && path !== "/access/ticket" && status === 200,
    );
    expect(writes).toEqual([]);
    expect(await guestsWithin(vmids.from, vmids.to)).toEqual([]);
    expect(await volumesWithin(vmids.from, vmids.to)).toEqual([]);
});

/** The engine's errors, by resource. */
function complaints({ diagnostics }: Result, names: string[]): Record<string, string> {
    const about = (name: string): string =>
        diagnostics
            .filter(({ severity, urn }) => severity === "error" && urn?.endsWith(`::${name}`))
            .map(({ message }) => message.trim())
            .join(" ");
    return Object.fromEntries(names.map((name) => [name, about(name)]));
}

/** Independent resources of a program, each with the error it must get. */
type Cases = Record<string, { args: object; says: RegExp }>;

const matching = (cases: Cases): Record<string, unknown> =>
    Object.fromEntries(Object.entries(cases).map(([name, { says }]) => [name, expect.stringMatching(says)]));

/** A preview stops at the first refused resource and reports all its errors. */
describe("a preview refuses", () => {
    const on = { gateway: { id: "pve1/5250/0123456789abcdef" } };
    const small = smallArgs(address(160), vmids);
    const text = (hostile: string): object => ({ ...on, name: hostile, comment: hostile });
    let stack: Stack;
    beforeAll(async () => {
        stack = await place.stack("");
    });

    const refused: [what: string, kind: string, args: object, says: RegExp[]][] = [
        [
            "a line break",
            "SmbShare",
            text("a\n[global]"),
            [/name .*single line without control/s, /comment .*single line without control/s],
        ],
        ["a bracket", "SmbShare", { ...on, name: "docs]" }, [/name .*must not contain any of/s]],
        ["a variable", "SmbShare", text("of %U"), [/name .*must not contain any of/s, /comment .*must not contain %/s]],
        ["a backslash", "SmbShare", text("docs\\"), [/name .*must not contain any of/s, /comment .*must not end with a backslash/s]],
        ["1,000 characters", "SmbShare", text("x".repeat(1000)), [/name .*at most 80 characters/s, /comment .*at most 256 characters/s]],
        [
            "much at once in a share",
            "SmbShare",
            {
                ...on,
                path: "/etc",
                commment: "x",
                access: [{ user: "alice", level: "write" }],
                options: { Path: "/", "root preexec": "id" },
            },
            [
                /path .*must be under \/srv\/pvesmb/s,
                /commment: is not a property of SmbShare; did you mean comment\?/,
                /access\[0\]\.level: must be one of "read", "change", "full"/,
                /options\.Path: .*use the property `path`/,
                /options\["root preexec"\]: is refused because it runs programs/,
            ],
        ],
        [
            "much at once in a user",
            "SmbUser",
            { ...on, name: "al ice", password: "hunter2-e2e\n", uid: 1 },
            [/name .*must be 1 to 32 characters of A-Z/s, /password: must not contain control characters/, /uid .*must be at least 1000/s],
        ],
        [
            "much at once in a gateway",
            "SmbGateway",
            {
                ...small,
                vmid: 99,
                vmidRange: { from: 200, to: 100 },
                data: { storage: "tank", size: "5GB" },
                network: { bridge: "vmbr0", address: "dhcp", gateway: "10.86.0.1" },
            },
            [
                /vmid .*must be at least 100/s,
                /vmidRange .*`from` must not be greater than `to`/s,
                /data\.size: .*a binary unit such as/,
                /network\.gateway: requires a static `address`/,
            ],
        ],
    ];

    test.each(refused)("%s", async (_, kind, args, says) => {
        // Programs may be JavaScript, so TypeScript's checks are switched off.
        stack.write(program(`new pvesmb.${kind}("bad", ${JSON.stringify(args)} as any);`));
        const { output } = await stack.preview({ fails: true });
        for (const each of says) expect(output).toMatch(each);
        expect(output).not.toContain("hunter2-e2e");
    });
});

test("an up refuses what PVE and SSH would not take, before anything is made", async () => {
    const ca = labAccess().nodes[0]?.fingerprint ?? "";
    const wrong = ca.startsWith("00") ? ca.replace(/^00/, "01") : ca.replace(/^../, "00");
    const taken = 5399;
    await control("setConfig", taken, "hostname: somebody\nmemory: 64\n", { node: "pve1", kind: "lxc" });
    const secret = "0aa5f0c4-1111-2222-3333-444455556666";
    const token = (name: string): { apiToken: string } => ({ apiToken: `${name}@pve!e2e=${secret}` });
    const limited = (name: string) => ({ userid: `${name}@pve`, tokens: [{ tokenid: "e2e", secret, privsep: false }] });
    await control("add", {
        users: ["nothing", "looks", "stores"].map(limited),
        roles: [
            { roleid: "E2eLooks", privs: ["Datastore.Audit"] },
            { roleid: "E2eStores", privs: ["Datastore.Audit", "Datastore.AllocateSpace"] },
        ],
        acl: [
            { path: "/storage", ugid: "looks@pve", roleid: "E2eLooks" },
            { path: "/vms", ugid: "looks@pve", roleid: "PVEVMAdmin" },
            { path: "/storage", ugid: "stores@pve", roleid: "E2eStores" },
        ].map(({ path, ugid, roleid }) => ({ path, ugid, roleid, type: "user" as const })),
    });
    const knownHosts = join(runDirectory(), "nobody-known");
    const small = smallArgs(address(161), vmids);
    const cases: Cases = {
        template: {
            args: { lxc: { ...small.lxc, template: "debian-99-nothing" } },
            says: /lxc\.template: no template debian-99-nothing.*pveam available/s,
        },
        volid: {
            args: { lxc: { ...small.lxc, template: "local:vztmpl/nothing.tar.zst" } },
            says: /lxc\.template: no template .*storage local of node pve1 has no such template/s,
        },
        storage: {
            args: { data: { storage: "nowhere", size: "1GiB" } },
            says: /data\.storage: there is no storage nowhere \(available: .*tank/,
        },
        rootfs: {
            args: { lxc: { ...small.lxc, rootfs: { storage: "nowhere", size: "4GiB" } } },
            says: /lxc\.rootfs\.storage: there is no storage nowhere/,
        },
        space: {
            args: { data: { storage: "tank", size: "900TiB" } },
            says: /data\.size: tank on pve1 has .* free, less than 900TiB; free up space or use another storage/,
        },
        taken: {
            args: { vmid: taken },
            says: new RegExp(`vmid: ${taken} is already in use by somebody; choose another one, or leave \`vmid\` out`),
        },
        node: { args: { node: "pve9" }, says: /^node: there is no node pve9; did you mean pve1\? \(available: pve1/ },
        password: {
            args: { connection: { username: "root@pam", password: "wrong-e2e" } },
            says: /rejected the credentials of root@pam/,
        },
        fingerprint: { args: { connection: { tlsFingerprint: wrong } }, says: /connection\.tlsFingerprint/ },
        nothing: {
            args: { connection: token("nothing") },
            says: /nothing@pve!e2e is missing.*VM\.Allocate, VM\.Audit.* on \/pool\/e2e.*Datastore\.AllocateSpace on \/storage\/local,.* \/storage\/tank,.*SDN\.Use on \/sdn\/zones\/localnetwork\/vmbr0/s,
        },
        looks: {
            args: { connection: token("looks") },
            says: /looks@pve!e2e is missing(?!.*VM\.).*Datastore\.AllocateSpace on \/storage\/local.*SDN\.Use/s,
        },
        stores: { args: { connection: token("stores") }, says: /stores@pve!e2e is missing.*VM\.Allocate.* on \/pool\/e2e(?!.*Datastore)/s },
        stranger: { args: { connection: { ssh: { via: "node", knownHosts } } }, says: /10\.86\.0\.11.*known_hosts|nobody-known/s },
    };
    // As root@pam: others cannot tell a missing object from one that they may not see.
    const root = { ...place.lab.environment, PROXMOX_VE_API_TOKEN: "" };
    const text = program(...Object.entries(cases).map(([name, { args }]) => gateway(name, { ...small, ...args })));
    const stack = await place.stack(text, { environment: root });
    const up = await stack.up({ fails: true, flags: ["--continue-on-error"] });
    await control("run", "DELETE", `/nodes/pve1/lxc/${taken}`);
    expect(complaints(up, Object.keys(cases))).toEqual(matching(cases));
    expect(up.output).not.toMatch(new RegExp(`wrong-e2e|${secret}`));
    expect(await stack.resources()).toEqual([]);
});

test("what a token with the least rights may not do is told with all that it lacks", async () => {
    const small = smallArgs(address(165), vmids);
    const cases: Cases = {
        pool: {
            args: { pool: "other" },
            says: /pulumi-e2e@pve!pvesmb is missing.*VM\.PowerMgmt on \/pool\/other, to .*pveum acl modify \/pool\/other --users/s,
        },
        all: { args: { pool: undefined }, says: /is missing.*VM\.Allocate.* on \/vms, to .*pveum acl modify \/vms --users/s },
        storage: {
            args: { data: { storage: "nowhere", size: "1GiB" } },
            says: /Datastore\.AllocateSpace on \/storage\/nowhere.*check the spelling of nowhere\. You can see these storages/s,
        },
        bridge: {
            args: { network: { bridge: "vmbr7", address: "dhcp" }, extraNetworks: [{ bridge: "vmbr8", vlan: 20, address: "dhcp" }] },
            says: /SDN\.Use on \/sdn\/zones\/localnetwork\/vmbr7,.*SDN\.Use on \/sdn\/zones\/localnetwork\/vmbr8\/20,/s,
        },
        privileged: {
            args: { lxc: { ...small.lxc, unprivileged: false } },
            says: /Sys\.Modify on \/, to make a privileged.*root@pam with a password.*nesting in a privileged/s,
        },
    };
    const stack = await place.stack(program(...Object.entries(cases).map(([name, { args }]) => gateway(name, { ...small, ...args }))));
    expect(complaints(await stack.up({ fails: true, flags: ["--continue-on-error"] }), Object.keys(cases))).toEqual(matching(cases));
    expect(await stack.resources()).toEqual([]);
});

test("what is missing is named with all the places where it may be given", async () => {
    const { PROXMOX_VE_ENDPOINT: endpoint, PROXMOX_VE_USERNAME: username, PROXMOX_VE_PASSWORD: password } = place.lab.environment;
    const environment = {
        PROXMOX_VE_API_TOKEN: "",
        PROXMOX_VE_ENDPOINT: "",
        PROXMOX_VE_USERNAME: "",
        PROXMOX_VE_PASSWORD: "",
        PROXMOX_VE_SSH_PRIVATE_KEY: "",
    };
    const small = smallArgs(address(162), vmids);
    const stack = await place.stack("");
    const connection = { endpoint, username, password };
    const cases: [connection: object | undefined, says: RegExp[]][] = [
        [
            undefined,
            [
                /connection\.endpoint is missing.*PROXMOX_VE_ENDPOINT.*pvesmb:endpoint/s,
                /connection\.apiToken is missing.*PROXMOX_VE_API_TOKEN/s,
                /connection\.ssh: .*PROXMOX_VE_SSH_PRIVATE_KEY/s,
            ],
        ],
        [connection, [/connection\.ssh: .*PROXMOX_VE_SSH_PRIVATE_KEY/s]],
    ];
    for (const [given, says] of cases) {
        stack.write(program(gateway("unconnected", { ...small, connection: given })));
        const { diagnostics } = await stack.preview({ fails: true, environment });
        const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
        for (const each of says) expect(errors.join("\n")).toMatch(each);
        expect(errors.join("\n").match(/connection\.\w+ is missing|connection\.ssh:/g)).toHaveLength(says.length);
    }
});

describe("ways that Pulumi has and pvesmb has not", () => {
    const on = JSON.stringify({ gateway: { id: "pve1/5250/0123456789abcdef" } });
    let stack: Stack;
    beforeAll(async () => {
        stack = await place.stack(program(`new pvesmb.SmbShare("docs", ${on}, { import: "0123456789abcdef" });`));
    });

    test("the option `import` is refused with what to do instead", async () => {
        expect((await stack.preview({ fails: true })).output).toContain("SmbShare docs cannot be imported; declare it with `adopt: true`");
    });

    test("what a transform of the program makes of the arguments is what counts", async () => {
        const transform = (comment: string): string => `async ({ props, opts }) => ({ props: { ...props, comment: "${comment}" }, opts })`;
        const shaped = (comment: string): string => program(`new pvesmb.SmbShare("docs", ${on}, { transforms: [${transform(comment)}] });`);
        stack.write(shaped("by a transform"));
        expect((await stack.preview({ flags: ["--diff"] })).output).toMatch(/comment *: "by a transform"/);
        stack.write(shaped("of %U"));
        expect((await stack.preview({ fails: true })).output).toMatch(/comment .*must not contain %/s);
    });

    test("`pulumi import` changes nothing, and says what docs/troubleshooting.md quotes", async () => {
        const args = ["import", "pulumi-nodejs:dynamic/pvesmb:SmbShare", "docs", "0123456789abcdef", "--yes"];
        const { code, output } = await stack.start(args).done;
        expect(code).not.toBe(0);
        expect(output).toContain("code must be a string");
        expect(readFileSync(join(repository, "docs/troubleshooting.md"), "utf8")).toContain("`code must be a string`");
        expect(await stack.resources()).toEqual([]);
    });

    test("an inline program of the Automation API runs in the project's folder, and from another one says so in a sentence", async () => {
        const script = join(stack.project, "automation.js");
        writeFileSync(
            script,
            `const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const pvesmb = require("pvesmb");
const program = async () => void new pvesmb.SmbShare("docs", ${on});
LocalWorkspace.createOrSelectStack({ stackName: "inline", projectName: "inline", program })
    .then((stack) => stack.preview())
    .then(({ stdout }) => console.log(stdout), (error) => { console.error(error.message); process.exit(1); });
`,
        );
        const run = (folder: string) => stack.command(["sh", "-c", `cd "$1" && node "$2"`, "sh", folder, script]).done;
        expect(await run(stack.project)).toMatchObject({ code: 0, output: expect.stringContaining("SmbShare") as string });
        const { code, output } = await run("/");
        expect(code).toBe(1);
        expect(output).toContain("Pulumi loads pvesmb's provider from /, where there is no");
        expect(output).toContain("run the program from the folder of a project that has @pulumi/pulumi and pvesmb");
    });
});

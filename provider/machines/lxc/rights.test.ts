import type { ContainerInputs } from "../../model";
import { type Need, needsOf } from "../../model/permissions/feature";
import { featureOf } from "../../model/permissions/features";
import { knownPermissions } from "../../proxmox/access";
import { creationUses, holderOf, removalUses } from "./rights";
import { checkRights, type Use } from "../../rights/check";
import { Bench, failureOf } from "../../../test/support/proxmox/harness";
import { data, said } from "../../../test/support/proxmox/scripted-pve";
import { life, URN } from "../../../test/support/permissions/life";
import { inputsOf, ROOT, TEMPLATE, TOKEN, World } from "../../../test/support/permissions/world";

/**
 * The declared privileges are enough, and each is needed: without one the permission check names it, and without that check Proxmox VE
 * refuses. One row per privilege (pve-api.md 2.2).
 */
const bench = new Bench();
let world: World;
afterEach(() => world?.api.close());

const PLAIN = inputsOf();
/** A volume in another owner's stopped container. */
const GIVEN = inputsOf({ data: { volume: "tank:300/vm-300-disk-1.raw" } });
const PRIVILEGED = inputsOf({ lxc: { ...PLAIN.lxc, unprivileged: false, nesting: false } });

const usesOf = (inputs: ContainerInputs, download = false): Use[] => [
    ...creationUses(inputs, URN, {
        template: { volid: `templates:vztmpl/${TEMPLATE}`, ...(download ? { download: { storage: "templates", file: TEMPLATE } } : {}) },
        holder: inputs === GIVEN ? 300 : undefined,
    }),
    {
        feature: "share-volume",
        scope: { guests: [{ at: ["pool/gw", "vms/400"], give: "pool/gw" }], storage: [{ at: ["tank"], give: "tank" }] },
    },
    ...removalUses(inputs, 400),
];

const needsAt = (uses: Use[], major: number): Need[] =>
    needsOf(
        uses.map(({ feature, scope }) => ({ feature: featureOf(feature), scope })),
        major,
    );

/** Each privilege at each path, once. */
function rowsOf(needs: Need[]): { path: string; privilege: string }[] {
    const rows = new Set(
        needs.flatMap(({ give, privileges, any }) => (any ? privileges.slice(0, 1) : privileges).map((each) => `${each} ${give}`)),
    );
    return [...rows].map((row) => ({ privilege: row.split(" ")[0] ?? "", path: row.split(" ")[1] ?? "" }));
}

const without = (needs: Need[], path: string, privilege: string): Need[] =>
    needs.map((need) =>
        need.give !== path || !need.privileges.includes(privilege)
            ? need
            : { ...need, privileges: need.any ? [] : need.privileges.filter((each) => each !== privilege) },
    );

async function prepare(version: "8.4" | "9.2", kind: string): Promise<World> {
    const made = await World.start(bench, version);
    if (kind === "download") await made.dropTemplate();
    if (kind !== "given") return made;
    const { control } = made.api;
    const volumes = { rootfs: "system:1", mp0: "tank:1,mp=/srv/first", mp1: "tank:1,mp=/srv/second" };
    const options = { vmid: "300", ostemplate: `templates:vztmpl/${TEMPLATE}`, unprivileged: "1" };
    await control.run("POST", "/nodes/pve1/lxc", { ...options, ...volumes });
    return made;
}

describe.each([
    ["8.4", "plain", PLAIN],
    ["9.2", "plain", PLAIN],
    ["9.2", "download", PLAIN],
    ["8.4", "given", GIVEN],
    ["9.2", "given", GIVEN],
    ["9.2", "privileged", PRIVILEGED],
] as const)("PVE %s, %s", (version, kind, inputs) => {
    const uses = usesOf(inputs, kind === "download");
    const needs = needsAt(uses, Number(version.split(".")[0]));

    test("the declared privileges are enough", async () => {
        world = await prepare(version, kind);
        await world.grant(needs);
        await checkRights(world.token(), uses);
        await life(world.token(), inputs);
        expect(world.api.lab.cluster.guests.has(400)).toBe(false);
    });

    test.each(rowsOf(needs))("without $privilege on $path", async ({ path, privilege }) => {
        world = await prepare(version, kind);
        await world.grant(without(needs, path, privilege));
        const error = await failureOf(checkRights(world.token(), uses));
        expect(error.kind).toBe("Denied");
        expect(error.message).toContain(TOKEN);
        expect(error.message).toMatch(new RegExp(`${privilege}.* on ${path}, to `));
        expect(error.message).toMatch(new RegExp(`pveum acl modify ${path} --users pulumi@pve --tokens '${TOKEN}' --roles Smb`));
        expect((await failureOf(life(world.token(), inputs))).message).toMatch(/missing|can see|not allowed/);
    });
});

test("an advice that is followed mends it, and takes nothing away", async () => {
    world = await World.start(bench, "9.2");
    const needs = needsAt(usesOf(PLAIN, true), 9);
    await world.grant(needs.filter(({ give }) => give.startsWith("/storage/")));
    const before = (await failureOf(checkRights(world.token(), usesOf(PLAIN)))).message;
    expect(before).not.toMatch(/Datastore/);
    for (const [, line] of before.matchAll(/^ {2}pveum (.*)$/gm)) await world.pveum((line ?? "").replaceAll("'", "").split(" "));
    await checkRights(world.token(), usesOf(PLAIN, true));
});

test("everything that is missing is told at once, each thing once", async () => {
    world = await World.start(bench, "9.2");
    const inputs = inputsOf({
        lxc: { ...PLAIN.lxc, unprivileged: false, nesting: true },
        network: { bridge: "vmbr0", address: "dhcp", vlan: 20 },
        extraNetworks: [{ bridge: "vmbr1", address: "dhcp" }],
    });
    const { message } = await failureOf(checkRights(world.token(), usesOf(inputs, true)));
    expect(message).toMatchInlineSnapshot(`
        "pulumi@pve!files is missing these privileges (nothing has been changed):
          VM.Allocate, VM.Audit, VM.Config.CPU, VM.Config.Disk, VM.Config.Memory, VM.Config.Network, VM.Config.Options, VM.PowerMgmt on /pool/gw, to make, look at, change, start and stop containers
          Datastore.AllocateSpace on /storage/system, to make, look at, change, start and stop containers
          Datastore.AllocateSpace on /storage/tank, to make, look at, change, start and stop containers
          Datastore.Audit or Datastore.AllocateSpace on /storage/templates, to make, look at, change, start and stop containers
          SDN.Use on /sdn/zones/localnetwork/vmbr0/20, to make, look at, change, start and stop containers
          SDN.Use on /sdn/zones/localnetwork/vmbr1, to make, look at, change, start and stop containers
          Datastore.AllocateTemplate on /storage/templates, to download a template that the storage lacks
          Sys.Modify on /, to make a privileged container (\`lxc.unprivileged: false\`)
          root@pam with a password (username and password instead of apiToken), to switch on nesting in a privileged container (\`lxc.nesting\` with \`lxc.unprivileged: false\`): changing feature flags for privileged container is only allowed for root@pam
        Check the spelling: nobody has privileges on a storage, bridge or pool that does not exist.
        These commands, run as root on a node, grant them:
          pveum role add SmbGuests.9c1dd0 --privs VM.Allocate,VM.Audit,VM.Config.CPU,VM.Config.Disk,VM.Config.Memory,VM.Config.Network,VM.Config.Options,VM.PowerMgmt
          pveum role add SmbStorage.AllocateSpace --privs Datastore.AllocateSpace
          pveum role add SmbStorage.AllocateTemplate.Audit --privs Datastore.AllocateTemplate,Datastore.Audit
          pveum role add SmbNetwork.Use --privs SDN.Use
          pveum role add SmbSystem.Modify --privs Sys.Modify
          pveum acl modify /pool/gw --users pulumi@pve --tokens 'pulumi@pve!files' --roles SmbGuests.9c1dd0
          pveum acl modify /storage/system --users pulumi@pve --tokens 'pulumi@pve!files' --roles SmbStorage.AllocateSpace
          pveum acl modify /storage/tank --users pulumi@pve --tokens 'pulumi@pve!files' --roles SmbStorage.AllocateSpace
          pveum acl modify /storage/templates --users pulumi@pve --tokens 'pulumi@pve!files' --roles SmbStorage.AllocateTemplate.Audit
          pveum acl modify /sdn/zones/localnetwork/vmbr0/20 --users pulumi@pve --tokens 'pulumi@pve!files' --roles SmbNetwork.Use
          pveum acl modify /sdn/zones/localnetwork/vmbr1 --users pulumi@pve --tokens 'pulumi@pve!files' --roles SmbNetwork.Use
          pveum acl modify / --users pulumi@pve --tokens 'pulumi@pve!files' --roles SmbSystem.Modify
        \`npx pvesmb permissions\` prints the commands for everything that pvesmb may need; \`npx pvesmb permissions --help\` shows its options."
    `);
});

test("what Proxmox VE keeps for root@pam is told without asking it, and root@pam may do it", async () => {
    world = await World.start(bench, "9.2");
    const uses: Use[] = [{ feature: "privileged-nesting", scope: {} }];
    const full = world.as({ kind: "token", id: "root@pam!full", secret: "full" });
    expect((await failureOf(checkRights(full, uses))).message).toMatch(/root@pam with a password.*nesting in a privileged/s);
    await checkRights(world.as(ROOT), uses);
});

describe("the call that tells the rights", () => {
    const uses: Use[] = [{ feature: "find-gateway", scope: { guests: [{ at: ["vms/400"], give: "vms" }] } }];

    test("is made once per connection, and again only by whom something is missing", async () => {
        const server = (await bench.server()).on("GET /access/permissions", data({}), data({ "/vms": { "VM.Audit": 1 } }));
        const pve = bench.pve(server);
        await Promise.all([checkRights(pve, uses), checkRights(pve, uses), checkRights(pve, uses)]);
        await checkRights(pve, uses);
        expect(server.received).toHaveLength(2);
    });

    test.each([
        [403, "Permission check failed"],
        [501, "Method 'GET /access/permissions' not implemented"],
    ])("that fails with %d leaves it to the calls themselves", async (status, reason) => {
        const server = (await bench.server()).on("GET /access/permissions", said(status, reason));
        await checkRights(bench.pve(server), uses);
    });
});

test("privileges that are not handed down do not count below", async () => {
    world = await World.start(bench, "9.2");
    await world.pveum(["role", "add", "Sees", "--privs", "VM.Audit"]);
    const who = ["--users", "pulumi@pve", "--tokens", TOKEN, "--roles", "Sees"];
    await world.pveum(["acl", "modify", "/vms", ...who, "--propagate", "0"]);
    const guest: Use[] = [{ feature: "find-gateway", scope: { guests: [{ at: ["vms/400"], give: "vms" }] } }];
    expect((await failureOf(checkRights(world.token(), guest))).message).toContain("VM.Audit on /vms");
    await world.pveum(["acl", "modify", "/vms", ...who, "--propagate", "1"]);
    await checkRights(world.token(), guest);
});

test("a bridge of another zone than localnetwork is looked for there", async () => {
    world = await World.start(bench, "9.2");
    await world.grant([{ give: "/sdn/zones/office", privileges: ["SDN.Use"], any: false }]);
    const pve = world.token();
    const bridged = (bridge: string): Use[] => [{ feature: "gateway", scope: { bridge: [{ at: [bridge], give: bridge }] } }];
    await checkRights(pve, bridged("vnet1"));
    expect((await knownPermissions(pve))?.has("/sdn/zones/localnetwork")).toBe(false);
});

test("the holder of a given volume is asked for rights as long as it is there", async () => {
    world = await prepare("9.2", "given");
    expect(await holderOf(world.as(ROOT), GIVEN)).toBe(300);
    expect(await holderOf(world.as(ROOT), inputsOf({ data: { volume: "tank:301/vm-301-disk-0.raw" } }))).toBeUndefined();
    expect(await holderOf(world.as(ROOT), PLAIN)).toBeUndefined();
});

test("rights in a pool and no pool named: the pool is", async () => {
    world = await World.start(bench, "9.2");
    await world.grant(needsAt(usesOf(PLAIN, true), 9));
    const { message } = await failureOf(checkRights(world.token(), creationUses(inputsOf({ pool: undefined }), "", {})));
    expect(message).toMatch(/is missing.* on \/vms.*set `pool: "gw"` on the gateway/s);
});

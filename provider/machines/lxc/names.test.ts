import { checkNames } from "./names";
import { type Need } from "../../model/permissions/feature";
import { creationUses } from "./rights";
import { checkRights } from "../../rights/check";
import { Bench, failureOf } from "../../../test/support/proxmox/harness";
import { inputsOf, ROOT, TEMPLATE, World } from "../../../test/support/permissions/world";

/**
 * Names that Proxmox VE does not have: the error gives the property and the existing names, for root and for a token that sees only some.
 */
const bench = new Bench();
let world: World;
beforeEach(async () => {
    world = await World.start(bench, "9.2");
});
afterEach(() => world?.api.close());

const LXC = inputsOf().lxc;
const need = (give: string, ...privileges: string[]): Pick<Need, "give" | "privileges" | "any"> => ({ give, privileges, any: false });
const RIGHTS = [
    need("/pool/gw", "VM.Allocate"),
    need("/storage/tank", "Datastore.AllocateSpace"),
    need("/storage/system", "Datastore.AllocateSpace"),
    need("/sdn/zones/localnetwork/vmbr0", "SDN.Use"),
];

test("what is there is fine, also for a token that may not look at its pool", async () => {
    await checkNames(world.as(ROOT), inputsOf());
    await world.grant(RIGHTS);
    await world.pveum(["pool", "add", "gx"]);
    await world.grant([need("/pool/gx", "Pool.Audit")]);
    await checkNames(world.token(), inputsOf());
});

test("root is told all of them at once, before anything else", async () => {
    const inputs = inputsOf({
        pool: "fiels",
        network: { bridge: "vmbr9", address: "dhcp" },
        extraNetworks: [{ bridge: "lan", address: "dhcp" }],
        data: { storage: "tnak", size: "1GiB" },
        lxc: { ...LXC, rootfs: { storage: "sytem", size: "1GiB" } },
    });
    const error = await failureOf(checkNames(world.as(ROOT), inputs));
    expect(error).toMatchObject({ kind: "InvalidInput", details: { property: "pool" } });
    expect(error.message.split("\n")).toEqual([
        "pool: there is no pool fiels (available: gw)",
        "network.bridge: there is no bridge vmbr9; did you mean vmbr0? (available: vmbr0, vmbr1)",
        "extraNetworks[0].bridge: there is no bridge lan (available: vmbr0, vmbr1)",
        "lxc.rootfs.storage: there is no storage sytem; did you mean system? (available: templates, system, tank)",
        "data.storage: there is no storage tnak; did you mean tank? (available: templates, system, tank)",
    ]);
});

test("the storages of templates and of given volumes are names, too; of a gateway that exists nobody asks for its template", async () => {
    const inputs = inputsOf({
        lxc: { ...LXC, template: `tempaltes:vztmpl/${TEMPLATE}`, templateStorage: "templats" },
        data: { volume: "tnak:101/vm-101-disk-0.raw" },
    });
    const error = await failureOf(checkNames(world.as(ROOT), inputs));
    expect(error.message.split("\n")).toEqual([
        "data.volume: there is no storage tnak; did you mean tank? (available: templates, system, tank)",
        "lxc.template: there is no storage tempaltes; did you mean templates? (available: templates, system, tank)",
        "lxc.templateStorage: there is no storage templats; did you mean templates? (available: templates, system, tank)",
    ]);
    await checkNames(world.as(ROOT), inputs, inputsOf({ data: inputs.data }));
});

test("a node that is not there is said alone: nothing can be asked of it", async () => {
    const error = await failureOf(checkNames(world.as(ROOT), inputsOf({ node: "pve9", pool: "fiels" })));
    expect(error.message).toBe("node: there is no node pve9; did you mean pve1? (available: pve1)");
});

test("a token that sees a part is asked about the spelling, together with the rights that it lacks", async () => {
    await world.grant(RIGHTS);
    const inputs = inputsOf({ network: { bridge: "vmbr1", address: "dhcp" }, data: { storage: "elsewhere", size: "1GiB" } });
    const pve = world.token();
    const doubts = await checkNames(pve, inputs);
    expect(doubts).toEqual([
        "network.bridge: check the spelling of vmbr1. You can see these bridges: vmbr0.",
        "data.storage: check the spelling of elsewhere. You can see these storages: system, tank.",
    ]);
    const { message } = await failureOf(checkRights(pve, creationUses(inputs, "", {}), doubts));
    expect(message).toMatch(/SDN\.Use on .*vmbr1.*\n.*check the spelling of vmbr1/s);
    expect(message).not.toContain("Check the spelling");
});

test("an update looks at what changes only", async () => {
    const before = inputsOf({ node: "gone", pool: "away", network: { bridge: "vmbr7", address: "dhcp" } });
    await checkNames(world.as(ROOT), { ...before, node: "pve1" }, { ...before, node: "pve1" });
    const after = { ...before, node: "pve1", pool: "fiels" };
    expect((await failureOf(checkNames(world.as(ROOT), after, before))).message).toBe("pool: there is no pool fiels (available: gw)");
});

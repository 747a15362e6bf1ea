import { findTemplate } from "./template";
import { Bench } from "../../../test/support/proxmox/harness";
import { inputsOf, ROOT, TEMPLATE, World } from "../../../test/support/permissions/world";

const bench = new Bench();
let world: World;
beforeEach(async () => {
    world = await World.start(bench, "9.2");
});
afterEach(() => world?.api.close());

const LXC = inputsOf().lxc;
const found = (template: string) => findTemplate(world.as(ROOT), inputsOf({ lxc: { ...LXC, template } }));

test("a family, a file name and a volume id name the same template", async () => {
    for (const name of ["debian-12-standard", TEMPLATE, `templates:vztmpl/${TEMPLATE}`])
        expect(await found(name)).toEqual({ volid: `templates:vztmpl/${TEMPLATE}` });
});

test.each([
    ["debian-12-standrad", "debian-12-standard"],
    ["debian-12", "debian-12-standard"],
    [TEMPLATE.replace("12.7", "12.2"), TEMPLATE],
    [`templates:vztmpl/${TEMPLATE.replace("zst", "gz")}`, `templates:vztmpl/${TEMPLATE}`],
])("%s is answered with what was meant, whether it is there or only offered", async (name, meant) => {
    await expect(found(name)).rejects.toThrow(`lxc.template: no template ${name}; did you mean ${meant}?`);
    if (name.includes(":")) return;
    await world.dropTemplate();
    await expect(found(name)).rejects.toThrow(`did you mean ${meant}?`);
});

test("without one that is like it, the way to the list is told", async () => {
    await expect(found("nixos")).rejects.toThrow(
        "lxc.template: no template nixos: it is neither on the storages of node pve1 (templates) nor in the list of templates that Proxmox VE offers; `pveam update` and `pveam available` on the node show the available ones",
    );
});

import { checkStorages } from "../../../provider/machines/lxc/preflight";
import { Bench } from "../proxmox/harness";
import { inputsOf, ROOT, World } from "./world";

const bench = new Bench();
let world: World;
afterEach(() => world?.api.close());

test("a given volume is found although its container is gone: Proxmox VE lists it as an image then, or not at all", async () => {
    world = await World.start(bench, "9.2");
    const pve = world.as(ROOT);
    const [storage, name] = [{ id: "tank", type: "dir" as const, path: "/tank", shared: false }, "310/vm-310-disk-0.raw"];
    const inputs = inputsOf({ data: { volume: `tank:${name}` } });
    await expect(checkStorages(pve, inputs)).rejects.toThrow(/^data\.volume: tank on pve1 has no .*volume tank:310/);
    await world.machine.createVolume({ node: "pve1", storage, name }, 2 ** 30);
    for (const content of ["images,rootdir", "rootdir"]) {
        await world.api.control.call("PUT", "/storage/tank", { content });
        await checkStorages(pve, inputs);
    }
});

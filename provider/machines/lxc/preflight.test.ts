import { checkSpace, checkStorages } from "./preflight";
import { Bench } from "../../../test/support/proxmox/harness";
import { inputsOf, ROOT, World } from "../../../test/support/permissions/world";

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

test("a misspelt storage is answered with those that there are, and a size by the property that gives it", async () => {
    world = await World.start(bench, "9.2");
    const pve = world.as(ROOT);
    await expect(checkSpace(pve, "pve1", "volume", { storage: "tnak", size: "1GiB" })).rejects.toThrow(
        /^volume\.storage: node pve1 has no storage tnak; did you mean tank\? \(available: .*tank/,
    );
    for (const size of ["size", "initialSize"])
        await expect(checkSpace(pve, "pve1", "volume", { storage: "tank", [size]: "900TiB" })).rejects.toThrow(
            new RegExp(`^volume\\.${size}: tank on pve1 has .* free, less than 900TiB; free up space or use another storage`),
        );
});

import { Drill } from "./support/drill";
import { labUp } from "./support/lab";
import { smallArgs } from "./support/program";

/**
 * root@pam with a password login; all other tests have the least rights. root@pam may do what Proxmox VE reserves for it, here a feature of
 * a privileged container.
 */

const address = "10.86.0.166";
const vmids = { from: 5350, to: 5389 };
let drill: Drill;

beforeAll(async () => {
    const { PROXMOX_VE_USERNAME = "", PROXMOX_VE_PASSWORD = "" } = (await labUp()).environment;
    drill = await Drill.create(address, vmids, { PROXMOX_VE_API_TOKEN: "", PROXMOX_VE_USERNAME, PROXMOX_VE_PASSWORD });
});
afterAll(() => drill?.dispose());

test("makes, changes and removes a privileged gateway with nesting", async () => {
    const { lxc } = smallArgs(address, vmids);
    const files = { lxc: { ...lxc, unprivileged: false }, pool: undefined };
    drill.rewrite({ files });
    await drill.stack.up();
    expect((await drill.guest()).config).toMatchObject({ features: "nesting=1" });
    expect((await drill.guest()).config).not.toHaveProperty("unprivileged", 1);
    drill.rewrite({ files, docs: { comment: "changed" } });
    await drill.stack.up();
    await drill.expectWhole();
    await drill.stack.destroy();
    await drill.expectNothing();
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runAtWorkstation } from "../lab/src/client";
import { labAccess } from "../lab/src/access";
import { Drill } from "./support/drill";
import { inGuest } from "./support/guests";
import { labUp } from "./support/lab";
import { runDirectory } from "./support/run-directory";

/** `connection.ssh.via: "node"`: everything through the node's SSH and `pct exec`, nothing through the guest's own sshd. */

let drill: Drill;

beforeAll(async () => {
    await labUp();
    const knownHosts = join(runDirectory(), "known_hosts");
    const [node] = labAccess().nodes;
    const scan = await runAtWorkstation(["ssh-keyscan", "-t", "ed25519", node?.address ?? ""]);
    writeFileSync(knownHosts, scan.stdout);
    const environment = { PVESMB_SSH_VIA: "node", PVESMB_SSH_KNOWN_HOSTS: knownHosts };
    drill = await Drill.create("10.86.0.72", { from: 7200, to: 7299 }, environment);
});
afterAll(() => drill?.dispose());

test("makes, keeps and removes a gateway without ever talking to its sshd", async () => {
    await drill.stack.up();
    const guest = await drill.guest();
    // From here on the guest's own sshd could not help.
    await inGuest(guest, "systemctl disable --now ssh.socket ssh.service 2>/dev/null || true");
    await drill.expectWhole();
    drill.rewrite({ docs: { comment: "changed by way of the node" } });
    await drill.stack.up();
    await drill.expectWhole();
    expect(guest.mark?.phase).toBe("ready");
    await drill.stack.destroy();
    await drill.expectNothing();
});

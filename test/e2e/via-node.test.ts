import { runAtWorkstation, sshArguments } from "../lab/src/client";
import { labAccess } from "../lab/src/access";
import { control } from "./support/control";
import { Drill } from "./support/drill";
import { inGuest } from "./support/guests";
import { throughNodes } from "./support/known-hosts";
import { labUp } from "./support/lab";
import { SSH_USER, sshKeyFile, WRAPPER } from "./support/least-rights";

/** `connection.ssh.via: "node"`: everything goes through the node's SSH and `pct exec`, nothing through the guest's own sshd. */

let drill: Drill;

beforeAll(async () => {
    await labUp();
    drill = await Drill.create("10.86.0.72", { from: 7200, to: 7299 }, await throughNodes());
});
afterAll(() => drill?.dispose());

/** Runs a command on the node as the SSH user that `npx pvesmb permissions` created. */
const asUser = (command: string) => runAtWorkstation(sshArguments(labAccess().nodes[0]?.address ?? "", sshKeyFile, command, SSH_USER));

test("makes, keeps and removes a gateway without ever talking to its sshd", async () => {
    await control("clearRequests");
    await drill.stack.up();
    // One call returns all rights, however many resources ask.
    expect((await control("requests")).filter(({ path }) => path === "/access/permissions")).toHaveLength(1);
    const guest = await drill.guest();
    // From here on the guest's own sshd is not available.
    await inGuest(guest, "systemctl disable --now ssh.socket ssh.service 2>/dev/null || true");
    await drill.expectWhole();
    drill.rewrite({ docs: { comment: "changed by way of the node" } });
    await drill.stack.up();
    await drill.expectWhole();
    expect(guest.mark?.phase).toBe("ready");

    // The user may enter this container, but no other one and nothing else.
    const stranger = { node: "pve1", vmid: 7300 };
    await control("setConfig", stranger.vmid, "hostname: somebody\nunprivileged: 1\n", { node: stranger.node, kind: "lxc" });
    expect(await asUser(`sudo -n ${WRAPPER} exec ${guest.vmid} -- id -u`)).toMatchObject({ code: 0, stdout: "0\n" });
    expect(await asUser(`sudo -n ${WRAPPER} exec ${stranger.vmid} -- id -u`)).toMatchObject({
        code: 77,
        stderr: expect.stringContaining("does not carry pvesmb's mark") as string,
    });
    for (const command of [
        `pct exec ${guest.vmid} -- id`,
        `pct enter ${guest.vmid}`,
        "sh -c id",
        `${WRAPPER} set ${guest.vmid} -- x`,
        `cat /etc/shadow`,
    ])
        expect(await asUser(`sudo -n ${command}`)).toMatchObject({
            code: 1,
            stdout: "",
            stderr: expect.stringContaining("password is required") as string,
        });
    await control("run", "DELETE", `/nodes/pve1/lxc/${stranger.vmid}`);

    // Without the mark the wrapper refuses access: refresh reports it, and up restores it.
    await control("call", "PUT", `/nodes/pve1/lxc/${guest.vmid}/config`, { description: "somebody's notes" });
    expect((await drill.stack.refresh()).output).toContain("has lost the mark of pvesmb in its notes");
    await drill.stack.up();
    await drill.expectWhole();
    await drill.stack.destroy();
    await drill.expectNothing();
});

import type { Connection } from "../base/connection";
import { Deadline } from "../base/deadline";
import { closeAll } from "../hosts";
import type { Pve } from "../proxmox/client/client";
import { guestHost, nodeHost, reachFaults } from "./reach";
import { newKey, TestSshd } from "../../test/support/hosts/ssh-server";

/** Which passwords the hosts along a jump see: each only its own, if it has one. */
const key = newKey();
const deadline = Deadline.in(15_000);
const offered = new Map<string, string[]>();
const started: TestSshd[] = [];

/** Accepts the password `right` and records every attempt. */
async function sshd(name: string, right: string | undefined): Promise<TestSshd> {
    const seen: string[] = [];
    offered.set(name, seen);
    const server = await TestSshd.start({
        hostKeys: [key],
        admit: (auth) => {
            if (auth.method === "publickey") return true;
            if (auth.method === "password") seen.push(auth.password);
            if (auth.method !== "keyboard-interactive") return auth.method === "password" && auth.password === right;
            auth.prompt("Password: ", "", (answers) => {
                seen.push(...answers);
                auth.reject();
            });
            return undefined;
        },
    });
    started.push(server);
    return server;
}
afterEach(async () => {
    await closeAll();
    await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function world(own: { jump?: string; node?: string; key?: string }, right: { jump?: string; node?: string }) {
    const [jump, node] = [await sshd("jump", right.jump), await sshd("node", right.node)];
    const place = (server: TestSshd) => ({ address: "127.0.0.1", port: server.port, hostKeys: [key.fingerprint] });
    const connection: Connection = {
        endpoints: ["https://pve1:8006"],
        auth: { kind: "token", id: "root@pam!x", secret: "x" },
        tls: { kind: "system" },
        ssh: {
            via: "node",
            username: "root",
            sudo: false,
            port: node.port,
            pct: "pct",
            knownHosts: "/nonexistent",
            nodes: { pve1: place(node) },
            jump: { ...place(jump), username: "root", ...(own.jump === undefined ? {} : { password: own.jump }) },
            ...(own.node === undefined ? {} : { password: own.node }),
            ...(own.key === undefined ? {} : { privateKey: own.key }),
        },
    };
    return connection;
}
const reach = async (connection: Connection): Promise<string> =>
    (await (await nodeHost({ deadline } as Pve, connection, "pve1")).exec(["echo", "there"], { deadline })).stdout;

test("the node's password is not offered to the jump host, not even as an answer", async () => {
    await expect(reach(await world({ node: "of the node" }, { node: "of the node" }))).rejects.toMatchObject({ kind: "Denied" });
    expect(Object.fromEntries(offered)).toEqual({ jump: [], node: [] });
});

test("that there is nothing to log in to the jump host with is said before anything is tried", async () => {
    const connection = await world({ node: "of the node" }, {});
    expect(reachFaults(connection).map(({ reason }) => reason)).toEqual([
        expect.stringContaining("set `jump.password`, `privateKey` or `agent`"),
    ]);
    const jump = { ...connection.ssh.jump!, password: "x" };
    expect(reachFaults({ ...connection, ssh: { ...connection.ssh, jump } })).toEqual([]);
});

test("each hop gets its own password", async () => {
    expect(
        await reach(await world({ jump: "of the jump host", node: "of the node" }, { jump: "of the jump host", node: "of the node" })),
    ).toBe("there\n");
    expect(Object.fromEntries(offered)).toEqual({ jump: ["of the jump host"], node: ["of the node"] });
});

test("the jump host's password goes no further, and a guest gets none at all", async () => {
    const connection = await world({ jump: "of the jump host", node: "of the node" }, { jump: "of the jump host" });
    const guest = { node: "pve1", vmid: 100, address: "127.0.0.1", hostKeys: [key.fingerprint], fresh: false };
    const through = { ...connection, ssh: { ...connection.ssh, via: "guest" as const } };
    await expect((await guestHost({ deadline } as Pve, through, guest)).exec(["true"], { deadline })).rejects.toMatchObject({
        kind: "Denied",
    });
    expect(Object.fromEntries(offered)).toEqual({ jump: ["of the jump host"], node: [] });
});

test("a key opens both", async () => {
    const connection = await world({ key: newKey().private, node: "of the node" }, {});
    expect(await reach(connection)).toBe("there\n");
    expect(Object.fromEntries(offered)).toEqual({ jump: [], node: [] });
});

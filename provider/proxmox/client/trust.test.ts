import { execFileSync } from "node:child_process";
import { Bench, failureOf, lines } from "../../../test/support/proxmox/harness";
import { data, type ScriptedPve } from "../../../test/support/proxmox/scripted-pve";

const bench = new Bench();

async function versionServer(certificate?: keyof Bench["certificates"] & ("node" | "renewed" | "misnamed")): Promise<ScriptedPve> {
    const server = await bench.server(certificate && bench.certificates[certificate]);
    return server.on("GET /version", data({ version: "9.2.11" }));
}

describe("by CA", () => {
    test("the cluster's CA is enough", async () => {
        await expect(bench.pve(await versionServer()).get("/version")).resolves.toEqual({ version: "9.2.11" });
    });

    test("a certificate for another name is refused", async () => {
        const server = await versionServer("misnamed");
        const failure = await failureOf(bench.pve(server).get("/version"));
        expect(failure.kind).toBe("HostKeyMismatch");
        expect(server.received).toHaveLength(0);
    });
});

describe("by the machine's trust", () => {
    test("a cluster's own CA is not in it, and the message names the ways out", async () => {
        const server = await versionServer();
        const failure = await failureOf(bench.pve(server, { tls: { kind: "system" } }).get("/version"));
        expect(failure.kind).toBe("HostKeyMismatch");
        expect(failure.message).toContain("caCertificate");
        expect(failure.message).toContain("tlsFingerprint");
        expect(server.received).toHaveLength(0);
    });
});

describe("by fingerprint", () => {
    test("the pinned certificate is taken, on every connection", async () => {
        const server = await versionServer();
        const pve = bench.pve(server, { tls: { kind: "fingerprint", sha256: bench.certificates.node.fingerprint } });
        await pve.get("/version");
        server.closeIdle();
        await Promise.all([pve.get("/version"), pve.get("/version")]);
        expect(server.connections).toBeGreaterThan(2);
    });

    test("another one of the same CA is refused before anything is sent, and not asked again", async () => {
        const server = await versionServer("renewed");
        const pve = bench.pve(server, { tls: { kind: "fingerprint", sha256: bench.certificates.node.fingerprint } });
        const failure = await failureOf(pve.post("/access/secret", { password: "in clear" }));
        expect(failure.kind).toBe("HostKeyMismatch");
        expect(failure.message).toContain(bench.certificates.renewed.fingerprint);
        expect(failure.details.dispatched).toBe(false);
        expect(server.received).toHaveLength(0);
        expect(server.connections).toBe(1);
    });
});

describe("insecure", () => {
    test("takes anything, loudly", async () => {
        const server = await versionServer("misnamed");
        const log = lines();
        await bench.pve(server, { tls: { kind: "insecure" }, log }).get("/version");
        expect(log.lines).toEqual([expect.stringContaining("not verified")]);
    });
});

test("the openssl command and Node agree on the fingerprint", async () => {
    const printed = execFileSync("openssl", ["x509", "-noout", "-fingerprint", "-sha256"], {
        input: bench.certificates.node.cert,
        encoding: "utf8",
    });
    expect(printed.trim().split("=")[1]).toBe(bench.certificates.node.fingerprint);
});

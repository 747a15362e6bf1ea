import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateDir } from "./layout";
import type { NodeLayout } from "./layout";
import { run } from "./run";

export interface Certificate {
    key: string;
    cert: string;
}

export const caFile = join(stateDir, "tls", "pve-root-ca.pem");
const caKey = join(stateDir, "tls", "pve-root-ca.key");

/** The cluster's own CA, as every PVE cluster has one (pve-api.md 4.4). */
export async function makeAuthority(): Promise<void> {
    mkdirSync(join(stateDir, "tls"), { recursive: true, mode: 0o700 });
    const subject = ["-subj", "/CN=Proxmox Virtual Environment/OU=pvesmb lab/O=PVE Cluster Manager CA"];
    await run(["openssl", "req", "-x509", ...newKey(caKey), "-out", caFile, "-days", "3650", ...subject]);
}

/** A node's certificate, with the names PVE puts in: only the leaf is served. */
export async function nodeCertificate(node: Pick<NodeLayout, "name" | "address">): Promise<Certificate> {
    const base = join(stateDir, "tls", node.name);
    const names = ["IP:127.0.0.1", "IP:::1", "DNS:localhost", `IP:${node.address}`, `DNS:${node.name}`, `DNS:${node.name}.lab`];
    writeFileSync(`${base}.ext`, `subjectAltName=${names.join(",")}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n`);
    await run([
        "openssl",
        "req",
        "-new",
        ...newKey(`${base}.key`),
        "-out",
        `${base}.csr`,
        "-subj",
        `/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=${node.name}.lab`,
    ]);
    const sign = [
        "openssl",
        "x509",
        "-req",
        "-in",
        `${base}.csr`,
        "-CA",
        caFile,
        "-CAkey",
        caKey,
        "-CAcreateserial",
        "-extfile",
        `${base}.ext`,
    ];
    await run([...sign, "-days", "730", "-out", `${base}.pem`]);
    return { key: readFileSync(`${base}.key`, "utf8"), cert: readFileSync(`${base}.pem`, "utf8") };
}

function newKey(file: string): string[] {
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file];
}

import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificate {
    key: string;
    cert: string;
    /** As PVE shows it: upper-case hex with colons. */
    fingerprint: string;
}

export interface Certificates {
    /** PEM of the cluster's CA. */
    ca: string;
    /** A node's certificate from that CA, for 127.0.0.1 and localhost. */
    node: Certificate;
    /** Another certificate from the same CA, as after a renewal. */
    renewed: Certificate;
    /** From the same CA, but for another name. */
    misnamed: Certificate;
}

/** A cluster CA and node certificates as PVE makes them (only the leaf is sent), made with the openssl command. */
export function makeCertificates(): Certificates {
    const folder = mkdtempSync(join(tmpdir(), "pvesmb-certificates-"));
    const at = (name: string): string => join(folder, name);
    const openssl = (...args: string[]): void => void execFileSync("openssl", args, { stdio: "pipe" });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const leaf = (name: string, san: string): Certificate => {
        writeFileSync(at(`${name}.ext`), `subjectAltName=${san}\n`);
        openssl("req", ...key, "-keyout", at(`${name}.key`), "-out", at(`${name}.csr`), "-subj", `/CN=${name}`);
        openssl(
            "x509",
            "-req",
            "-in",
            at(`${name}.csr`),
            "-CA",
            at("ca.pem"),
            "-CAkey",
            at("ca.key"),
            "-CAcreateserial",
            "-days",
            "30",
            "-extfile",
            at(`${name}.ext`),
            "-out",
            at(`${name}.pem`),
        );
        const cert = readFileSync(at(`${name}.pem`), "utf8");
        return { key: readFileSync(at(`${name}.key`), "utf8"), cert, fingerprint: new X509Certificate(cert).fingerprint256 };
    };
    try {
        openssl("req", "-x509", ...key, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-days", "30", "-subj", "/CN=Test Cluster CA");
        const here = "IP:127.0.0.1,DNS:localhost";
        return {
            ca: readFileSync(at("ca.pem"), "utf8"),
            node: leaf("node", here),
            renewed: leaf("renewed", here),
            misnamed: leaf("misnamed", "DNS:elsewhere.example.org"),
        };
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** A lab API on free ports of this machine, for tests that need no containers. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImaginaryMachine } from "../machine/imaginary";
import type { Version } from "../pve/method-table";
import { startApi, type ApiOptions, type LabApi } from "./server";

let made: { key: string; cert: string } | undefined;

/** A self-signed certificate, made once per process. */
export function selfSigned(): { key: string; cert: string } {
    if (made) return made;
    const dir = mkdtempSync(join(tmpdir(), "lab-tls-"));
    try {
        const key = join(dir, "key.pem");
        const cert = join(dir, "cert.pem");
        const args =
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1".split(
                " ",
            );
        execFileSync("openssl", [...args, "-keyout", key, "-out", cert], { stdio: "pipe" });
        made = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
        return made;
    } finally {
        rmSync(dir, { recursive: true });
    }
}

export interface Answer {
    status: number;
    reason: string;
    body: { data?: unknown; message?: string; errors?: Record<string, string>; total?: number } | undefined;
    headers: Record<string, string | string[] | undefined>;
}

export type Given = Record<string, unknown>;

export interface Sent {
    json?: boolean;
    headers?: Record<string, string>;
    /** A body as it is, with its content type in `headers`. */
    raw?: string;
    node?: string;
}

/** Form encoding as clients do it: a list repeats its key. */
export function formBody(params: Given): string {
    const form = new URLSearchParams();
    for (const [key, value] of Object.entries(params))
        for (const entry of Array.isArray(value) ? (value as unknown[]) : [value]) form.append(key, String(entry));
    return form.toString();
}

export class ThrowawayLab {
    private constructor(
        readonly api: LabApi,
        readonly machine: ImaginaryMachine,
    ) {}

    static async start(version: Version, options: Partial<ApiOptions> & { machine?: ImaginaryMachine } = {}): Promise<ThrowawayLab> {
        const machine = options.machine ?? new ImaginaryMachine();
        const timing = { refusal: 1, lock: 200, ...options.timing };
        const api = await startApi({
            version,
            listen: () => ({ host: "127.0.0.1", port: 0 }),
            tls: selfSigned(),
            ...options,
            machine,
            timing,
        });
        return new ThrowawayLab(api, machine);
    }

    close(): Promise<void> {
        return this.api.close();
    }

    send(method: string, path: string, params: Given = {}, sent: Sent = {}): Promise<Answer> {
        const inUrl = method !== "POST" && method !== "PUT";
        const query = inUrl && Object.keys(params).length > 0 ? `?${formBody(params)}` : "";
        const body =
            sent.raw ?? (inUrl || Object.keys(params).length === 0 ? undefined : sent.json ? JSON.stringify(params) : formBody(params));
        const type = sent.json ? "application/json" : "application/x-www-form-urlencoded";
        const length =
            body === undefined || sent.headers?.["Transfer-Encoding"] !== undefined
                ? {}
                : { "Content-Length": String(Buffer.byteLength(body)) };
        const headers = { ...(body === undefined ? {} : { "Content-Type": type }), ...length, ...sent.headers };
        const port = sent.node === undefined ? [...this.api.ports.values()][0] : this.api.ports.get(sent.node);
        return new Promise((resolve, reject) => {
            const call = request(
                { host: "127.0.0.1", port, method, path: `/api2/json${path}${query}`, headers, rejectUnauthorized: false, agent: false },
                (response) => {
                    const parts: Buffer[] = [];
                    response.on("data", (part: Buffer) => parts.push(part));
                    response.on("error", reject);
                    response.on("end", () => {
                        const text = Buffer.concat(parts).toString("utf8");
                        const reason = Buffer.from(response.statusMessage ?? "", "latin1").toString("utf8");
                        resolve({
                            status: response.statusCode ?? 0,
                            reason,
                            body: text === "" ? undefined : (JSON.parse(text) as Answer["body"]),
                            headers: response.headers,
                        });
                    });
                },
            );
            call.on("error", reject);
            call.end(body);
        });
    }

    /** With an API token, `user@realm!name=secret`. */
    as(token: string): (method: string, path: string, params?: Given, sent?: Sent) => Promise<Answer> {
        return (method, path, params = {}, sent = {}) =>
            this.send(method, path, params, { ...sent, headers: { Authorization: `PVEAPIToken=${token}`, ...sent.headers } });
    }

    /** With a ticket, as a browser. */
    async login(
        username: string,
        password: string,
    ): Promise<(method: string, path: string, params?: Given, sent?: Sent) => Promise<Answer>> {
        const answer = await this.send("POST", "/access/ticket", { username, password });
        const data = answer.body?.data as { ticket: string; CSRFPreventionToken: string };
        const headers = { Cookie: `PVEAuthCookie=${encodeURIComponent(data.ticket)}`, CSRFPreventionToken: data.CSRFPreventionToken };
        return (method, path, params = {}, sent = {}) =>
            this.send(method, path, params, { ...sent, headers: { ...headers, ...sent.headers } });
    }
}

import * as z from "zod";
import { isKind, type PvesmbError } from "../base/errors";
import { scrub } from "../base/scrub";
import { quotaModel, shareModel } from "../model";
import { connectionInputs } from "../model/connection";
import { field, type Model } from "../model/meta";
import type { Tree } from "../model/tree";
import { resolveConnection, resolvePve, resolveSsh } from "./connection";
import { checkConnection } from "./connection-check";
import { UNKNOWN } from "./unknown";

const TOKEN = "svc@pve!gw=0aa5f0c4-1111-2222-3333-444455556666";
const FINGERPRINT = Array.from({ length: 32 }, () => "ab").join(":");
const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const MINIMUM = { PROXMOX_VE_ENDPOINT: "https://pve1.example.org:8006/", PROXMOX_VE_API_TOKEN: TOKEN, HOME: "/home/u" };

const from = (values: Record<string, string>) => (key: string) => values[key];
const nothing = from({});

function failure(run: () => unknown): PvesmbError {
    try {
        run();
    } catch (error) {
        if (isKind(error, "InvalidInput")) return error;
        throw error;
    }
    throw new Error("nothing was thrown");
}

describe("sources", () => {
    test("environment alone, defaults filled in", () => {
        expect(resolveConnection(undefined, MINIMUM, nothing)).toEqual({
            endpoints: ["https://pve1.example.org:8006"],
            auth: { kind: "token", id: "svc@pve!gw", secret: "0aa5f0c4-1111-2222-3333-444455556666" },
            authSource: "environment variable PROXMOX_VE_API_TOKEN",
            tls: { kind: "system" },
            ssh: { via: "guest", username: "root", sudo: false, pct: "pct", port: 22, nodes: {}, knownHosts: "/home/u/.ssh/known_hosts" },
        });
    });

    test("resource beats environment beats stack config, leaf by leaf", () => {
        const connection = resolveConnection(
            { ssh: { username: "deploy" } },
            { ...MINIMUM, PROXMOX_VE_SSH_USERNAME: "env", PROXMOX_VE_SSH_PRIVATE_KEY: "env key", PROXMOX_VE_SSH_PASSWORD: "" },
            from({
                "pvesmb:ssh.privateKey": "config key",
                "pvesmb:ssh.password": "config password",
                "pvesmb:endpoint": "https://other:8006",
            }),
        );
        expect(connection.ssh).toMatchObject({ username: "deploy", sudo: true, privateKey: "env key", password: "config password" });
        expect(connection.endpoints).toEqual(["https://pve1.example.org:8006"]);
    });

    test("as files bring them: with a byte order mark, and a last line ended as Windows does", () => {
        const { PROXMOX_VE_API_TOKEN: token, PROXMOX_VE_ENDPOINT: endpoint } = MINIMUM;
        const environment = { ...MINIMUM, PROXMOX_VE_API_TOKEN: `\ufeff${token}\r\n`, PROXMOX_VE_ENDPOINT: `${endpoint}\n` };
        expect(resolveConnection(undefined, environment, from({ "pvesmb:ssh.password": "of-a-file-77aa\r\n" }))).toMatchObject({
            endpoints: ["https://pve1.example.org:8006"],
            auth: { secret: "0aa5f0c4-1111-2222-3333-444455556666" },
            ssh: { password: "of-a-file-77aa" },
        });
    });

    test("several endpoints, in the environment too", () => {
        const environment = { ...MINIMUM, PVESMB_ENDPOINTS: "https://pve2.example.org:8006, https://pve3.example.org:8006" };
        expect(resolveConnection(undefined, environment, nothing).endpoints).toEqual([
            "https://pve1.example.org:8006",
            "https://pve2.example.org:8006",
            "https://pve3.example.org:8006",
        ]);
        expect(failure(() => resolveConnection(undefined, { ...MINIMUM, PVESMB_ENDPOINTS: "pve2" }, nothing)).message).toContain(
            "PVESMB_ENDPOINTS",
        );
    });

    test("stack config: text, JSON and the ssh object; a flat key beats the object", () => {
        const { endpoints, ssh } = resolveConnection(
            undefined,
            { ...MINIMUM, PROXMOX_VE_ENDPOINT: "" },
            from({
                "pvesmb:endpoints": '["https://a:8006","https://b:8006/","https://a:8006"]',
                "pvesmb:ssh":
                    '{"port": 2222, "username": "fromObject", "via": "node", "jump": {"address": "bastion"}, "nodes": {"pve1": {"address": "10.0.0.1"}}}',
                "pvesmb:ssh.username": "flat",
                "pvesmb:ssh.sudo": "no",
            }),
        );
        expect(endpoints).toEqual(["https://a:8006", "https://b:8006"]);
        expect(ssh).toMatchObject({
            via: "node",
            username: "flat",
            sudo: false,
            port: 2222,
            jump: { address: "bastion", port: 22, username: "root", hostKeys: [] },
            nodes: { pve1: { address: "10.0.0.1", port: 2222, hostKeys: [] } },
        });
    });

    test("the agent is used only when asked for", () => {
        const env = { ...MINIMUM, SSH_AUTH_SOCK: "/run/agent" };
        expect(resolveConnection(undefined, env, nothing).ssh.agentSocket).toBeUndefined();
        expect(resolveConnection(undefined, { ...env, PROXMOX_VE_SSH_AGENT: "true" }, nothing).ssh.agentSocket).toBe("/run/agent");
        expect(failure(() => resolveConnection({ ssh: { agent: true } }, MINIMUM, nothing)).details.property).toBe(
            "connection.ssh.agentSocket",
        );
    });
});

describe("groups are not mixed", () => {
    test("endpoints of one source only", () => {
        const config = from({ "pvesmb:endpoints": '["https://elsewhere:8006"]' });
        expect(resolveConnection({ endpoints: ["https://b:8006"], endpoint: "https://a:8006" }, MINIMUM, config).endpoints).toEqual([
            "https://a:8006",
            "https://b:8006",
        ]);
        expect(resolveConnection(undefined, MINIMUM, config).endpoints).toEqual(["https://pve1.example.org:8006"]);
    });

    test("a user named by the resource beats the environment's token; its password may come from below", () => {
        const connection = resolveConnection({ username: "root@pam" }, MINIMUM, from({ "pvesmb:password": "hunter22" }));
        expect(connection.auth).toEqual({ kind: "ticket", username: "root@pam", password: "hunter22", otp: undefined });
        expect(failure(() => resolveConnection({ username: "root@pam" }, MINIMUM, nothing)).details.property).toBe("connection.password");
    });

    test("of one source the token wins", () => {
        const env = { ...MINIMUM, PROXMOX_VE_USERNAME: "root@pam", PROXMOX_VE_PASSWORD: "hunter22" };
        expect(resolveConnection(undefined, env, nothing).auth.kind).toBe("token");
    });

    test.each([
        [{ caCertificate: PEM }, { PROXMOX_VE_INSECURE: "true" }, "ca"],
        [{ insecure: true }, { PROXMOX_VE_CA_CERTIFICATE: PEM }, "insecure"],
        [{ insecure: false }, { PROXMOX_VE_INSECURE: "1" }, "system"],
        [undefined, { PROXMOX_VE_INSECURE: "1", PROXMOX_VE_CA_CERTIFICATE: PEM }, "ca"],
        [undefined, { PROXMOX_VE_TLS_FINGERPRINT: FINGERPRINT, PROXMOX_VE_CA_CERTIFICATE: PEM }, "fingerprint"],
        [undefined, {}, "system"],
    ])("trust %#", (resource, env, kind) => {
        expect(resolveConnection(resource, { ...MINIMUM, ...env }, nothing).tls.kind).toBe(kind);
    });
});

describe("parts", () => {
    const ssh = { HOME: "/home/u", PROXMOX_VE_SSH_USERNAME: "admin" };

    test("SSH alone asks for nothing of Proxmox VE, malformed values included, and the other way round", () => {
        expect(resolveSsh(undefined, { ...ssh, PROXMOX_VE_ENDPOINT: "pve1" }, nothing)).toMatchObject({ username: "admin", sudo: true });
        const { PROXMOX_VE_ENDPOINT, PROXMOX_VE_API_TOKEN } = MINIMUM;
        const env = { PROXMOX_VE_ENDPOINT, PROXMOX_VE_API_TOKEN, PROXMOX_VE_SSH_AGENT: "perhaps" };
        expect(resolvePve(undefined, env, nothing)).toEqual({
            endpoints: ["https://pve1.example.org:8006"],
            auth: { kind: "token", id: "svc@pve!gw", secret: "0aa5f0c4-1111-2222-3333-444455556666" },
            authSource: "environment variable PROXMOX_VE_API_TOKEN",
            tls: { kind: "system" },
        });
        expect(failure(() => resolveSsh(undefined, env, nothing)).message).toContain("PROXMOX_VE_SSH_AGENT");
    });

    test("what needs Proxmox VE after all says so in one sentence; half a connection is named as ever", () => {
        const { message } = failure(() => resolvePve(undefined, ssh, nothing, "`volume` (a volume of the share's own)"));
        expect(message).toMatch(
            /^`volume` \(a volume of the share's own\) needs Proxmox VE, and nothing says how to reach it: give [^\n]*$/,
        );
        for (const name of ["connection.endpoint", "PROXMOX_VE_ENDPOINT", "connection.apiToken"]) expect(message).toContain(name);
        const half = failure(() => resolvePve({ endpoint: "https://a:8006" }, ssh, nothing, "`volume`"));
        expect(half.message).toContain("connection.apiToken is missing");
    });
});

describe("in a preview", () => {
    const child = { gateway: { id: "pve1/101/0123456789abcdef" } };
    const reasons = (model: Pick<Model, "inputs">, news: Tree): string[] =>
        checkConnection(model as Model, news, { HOME: "/home/u" }, nothing).map(({ reason }) => reason.split(" ")[0] ?? "");
    const everything = ["connection.endpoint", "connection.apiToken", "connection.ssh:"];

    test("a resource is asked for the parts that it needs", () => {
        const mode = field(z.enum(["lxc", "existing"]), { description: "x" });
        const connection = field(connectionInputs.optional(), {
            description: "x",
            needs: ({ mode }) => (mode === "existing" ? [] : ["proxmox", "ssh"]),
        });
        const model = { inputs: z.strictObject({ mode, connection }) };
        expect(reasons(model, { mode: "existing" })).toEqual([]);
        expect(reasons(model, { mode: "lxc" })).toEqual(everything);
        const over = field(connectionInputs.optional(), { description: "x", needs: () => ["ssh"] });
        const alone = { inputs: z.strictObject({ connection: over }) };
        expect(reasons(alone, {})).toEqual(["connection.ssh:"]);
        expect(reasons(alone, { connection: { ssh: { agent: true, agentSocket: "/run/agent" } } })).toEqual([]);
        expect(reasons(alone, { connection: { ssh: { agent: true } } })).toEqual(["connection.ssh.agentSocket"]);
    });

    test("what is on a gateway that is not there yet is asked nothing: the gateway is", () => {
        expect(reasons(shareModel as unknown as Model, child)).toEqual(everything);
        expect(reasons(shareModel as unknown as Model, { gateway: { id: UNKNOWN } })).toEqual([]);
        expect(reasons(quotaModel as unknown as Model, { share: { id: UNKNOWN, gateway: child.gateway } })).toEqual([]);
    });
});

describe("errors", () => {
    test("missing values name the three ways", () => {
        const error = failure(() => resolveConnection(undefined, { PROXMOX_VE_API_TOKEN: TOKEN }, nothing));
        for (const way of ["connection.endpoint", "PROXMOX_VE_ENDPOINT", "pvesmb:endpoint"]) expect(error.message).toContain(way);
        const auth = failure(() => resolveConnection({ endpoint: "https://a:8006" }, {}, nothing));
        for (const way of ["connection.apiToken", "PROXMOX_VE_PASSWORD", "pvesmb:username"]) expect(auth.message).toContain(way);
    });

    test.each([
        ["PROXMOX_VE_ENDPOINT", "http://pve1:8006", "connection.endpoint"],
        ["PROXMOX_VE_INSECURE", "perhaps", "connection.insecure"],
        ["PROXMOX_VE_TLS_FINGERPRINT", "ab:cd", "connection.tlsFingerprint"],
    ])("malformed %s names its source", (name, value, property) => {
        const error = failure(() => resolveConnection(undefined, { ...MINIMUM, [name]: value }, nothing));
        expect(error.message).toContain(`environment variable ${name}`);
        expect(error.details.property).toBe(property);
    });

    test("malformed config", () => {
        expect(failure(() => resolveConnection(undefined, MINIMUM, from({ "pvesmb:ssh": "root" }))).message).toContain("pvesmb:ssh");
        expect(failure(() => resolveConnection(undefined, MINIMUM, from({ "pvesmb:ssh.port": "many" }))).message).toContain(
            "pvesmb:ssh.port",
        );
    });

    test("a malformed secret is neither shown nor forgotten", () => {
        const error = failure(() => resolveConnection(undefined, { ...MINIMUM, PROXMOX_VE_API_TOKEN: "no-such-form-8c1d" }, nothing));
        expect(error.message).not.toContain("no-such-form");
        expect(scrub("x no-such-form-8c1d y")).toBe("x [secret] y");
    });

    test("secrets are hidden from then on", () => {
        resolveConnection({ ssh: { privateKey: "key-77aa", passphrase: "phrase-77aa", password: "pass-77aa" } }, MINIMUM, nothing);
        expect(scrub("key-77aa phrase-77aa pass-77aa 0aa5f0c4-1111-2222-3333-444455556666")).toBe("[secret] [secret] [secret] [secret]");
    });
});

import type { Connection } from "../../base/connection";
import { scrub } from "../../base/scrub";
import { Bench, failureOf, TOKEN } from "../../../test/support/proxmox/harness";
import { bare, data, type Received, type Reply, said, type ScriptedPve } from "../../../test/support/proxmox/scripted-pve";

const bench = new Bench();
const USER: Connection["auth"] = { kind: "ticket", username: "root@pam", password: "correct horse; battery+staple" };

/** A PVE that issues tickets T1, T2, ... and accepts those that are not in `expired`. */
function ticketing(server: ScriptedPve, options: { expired?: Set<string>; passwords?: string[] } = {}): ScriptedPve {
    const { expired = new Set(), passwords = [USER.kind === "ticket" ? USER.password : ""] } = options;
    let given = 0;
    const ticketOf = (request: Received): string =>
        decodeURIComponent(/PVEAuthCookie=([^;]*)/.exec(request.headers.cookie ?? "")?.[1] ?? "");
    const valid = (ticket: string): boolean => /^PVE:root@pam:T\d+$/.test(ticket) && !expired.has(ticket);
    server.on("POST /access/ticket", ({ params }) => {
        const password = params.get("password") ?? "";
        if (!passwords.includes(password) && !valid(password)) return said(401, "authentication failure");
        given++;
        return data({ ticket: `PVE:root@pam:T${given}`, CSRFPreventionToken: `csrf:${given}`, username: "root@pam" });
    });
    const guarded =
        (write: boolean) =>
        (request: Received): Reply => {
            const ticket = ticketOf(request);
            if (!valid(ticket)) return bare(401, ticket === "" ? "No ticket" : "Authentication failed!");
            if (write && request.headers["csrfpreventiontoken"] !== ticket.replace("PVE:root@pam:T", "csrf:"))
                return bare(401, "Permission denied - invalid csrf token");
            return data(ticket);
        };
    return server.on("GET /version", guarded(false)).on("POST /pools", guarded(true));
}

describe("token", () => {
    test("is sent with every request, without cookie or CSRF", async () => {
        const server = (await bench.server()).on("POST /pools", data(null));
        await bench.pve(server).post("/pools", { poolid: "p" });
        const { headers } = server.received[0]!;
        expect(headers.authorization).toBe(`PVEAPIToken=svc@pve!gw=${TOKEN.kind === "token" ? TOKEN.secret : ""}`);
        expect(headers.cookie).toBeUndefined();
    });

    test.each([
        ["environment variable PROXMOX_VE_API_TOKEN", /svc@pve!gw .*; they come from the environment variable PROXMOX_VE_API_TOKEN \(GET/],
        ["stack config pvesmb:apiToken", /; they come from stack config pvesmb:apiToken, of which refresh and destroy still use the value/],
        ["connection.apiToken", /; they come from connection\.apiToken, of which refresh and destroy .* or set PROXMOX_VE_API_TOKEN/],
    ])("refused: asked once, and the message says where it is from: %s", async (authSource, says) => {
        const server = (await bench.server()).on("GET /version", bare(401, "Authentication failed!"));
        const failure = await failureOf(bench.pve(server, { authSource }).get("/version"));
        expect(failure.kind).toBe("Denied");
        expect(failure.message).toMatch(says);
        expect(server.received).toHaveLength(1);
    });
});

describe("ticket", () => {
    test("one login for many requests at once; writes carry the CSRF token", async () => {
        const server = ticketing(await bench.server());
        const pve = bench.pve(server, { auth: USER });
        await Promise.all([pve.get("/version"), pve.post("/pools"), pve.get("/version"), pve.post("/pools")]);
        expect(server.count("POST /access/ticket")).toBe(1);
        expect(server.received[0]!.params.get("username")).toBe("root@pam");
    });

    test.each(["GET", "POST"])("expired in the middle: renewed once for all, %s sent again", async (method) => {
        const expired = new Set<string>();
        const server = ticketing(await bench.server(), { expired });
        const pve = bench.pve(server, { auth: USER });
        await pve.get("/version");
        expired.add("PVE:root@pam:T1");
        const call = (): Promise<unknown> => (method === "GET" ? pve.get("/version") : pve.post("/pools"));
        await expect(Promise.all([call(), call(), call()])).resolves.toEqual(Array(3).fill("PVE:root@pam:T2"));
        expect(server.count("POST /access/ticket")).toBe(2);
    });

    test("renewed before it is too old, by itself instead of the password", async () => {
        const server = ticketing(await bench.server());
        const pve = bench.pve(server, { auth: USER, timing: { ticket: 0 } });
        await pve.get("/version");
        await expect(pve.get("/version")).resolves.toBe("PVE:root@pam:T2");
        expect(server.received.filter(({ path }) => path === "/access/ticket").map(({ params }) => params.get("password"))).toEqual([
            USER.kind === "ticket" ? USER.password : "",
            "PVE:root@pam:T1",
        ]);
    });

    test("a ticket that cannot renew itself falls back to the password", async () => {
        const expired = new Set<string>();
        const server = ticketing(await bench.server(), { expired });
        const pve = bench.pve(server, { auth: USER, timing: { ticket: 0 } });
        await pve.get("/version");
        expired.add("PVE:root@pam:T1");
        await expect(pve.get("/version")).resolves.toBe("PVE:root@pam:T2");
    });

    test("a 401 that a new ticket does not cure ends after one renewal", async () => {
        const server = ticketing(await bench.server()).on("GET /version", bare(401, "Authentication failed!"));
        expect((await failureOf(bench.pve(server, { auth: USER }).get("/version"))).kind).toBe("Denied");
        expect(server.count("GET /version")).toBe(2);
        expect(server.count("POST /access/ticket")).toBe(2);
    });

    test("a refused password is tried once per process and never shown", async () => {
        const server = ticketing(await bench.server(), { passwords: [] });
        const pve = bench.pve(server, { auth: USER });
        const failures = await Promise.all([failureOf(pve.get("/version")), failureOf(pve.post("/pools"))]);
        failures.push(await failureOf(pve.get("/version")));
        for (const failure of failures) {
            expect(failure.kind).toBe("Denied");
            expect(failure.message).toContain("root@pam");
            expect(failure.message).not.toContain("battery");
        }
        expect(server.received).toHaveLength(1);
    });

    test("a login that got no answer is asked again", async () => {
        const server = ticketing(await bench.server());
        server.on(
            "POST /access/ticket",
            "reset",
            bare(596, "Connection timed out"),
            data({ ticket: "PVE:root@pam:T1", CSRFPreventionToken: "csrf:1" }),
        );
        await expect(bench.pve(server, { auth: USER }).get("/version")).resolves.toBe("PVE:root@pam:T1");
    });

    test("two-factor login without a code is explained; a code is sent along", async () => {
        const server = (await bench.server()).on("POST /access/ticket", data({ ticket: "PVE:!tfa!%7B%7D:1:x", NeedTFA: 1 }));
        const failure = await failureOf(bench.pve(server, { auth: USER }).get("/version"));
        expect(failure.kind).toBe("Denied");
        expect(failure.details.property).toBe("connection.otp");
        const second = ticketing(await bench.server());
        await bench.pve(second, { auth: { ...USER, otp: "123456" } }).get("/version");
        expect(second.received[0]!.params.get("otp")).toBe("123456");
    });

    test("tickets are secrets", async () => {
        await bench.pve(ticketing(await bench.server()), { auth: USER }).get("/version");
        expect(scrub("PVE:root@pam:T1 csrf:1")).toBe("[secret] [secret]");
    });
});

import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { Collector } from "../../../test/support/quota/collector";

interface Received {
    path: string;
    headers: IncomingHttpHeaders;
    body: Record<string, unknown>;
}

let collector: Collector;
let server: Server;
let received: Received[];
let answer: { status: number; headers?: Record<string, string> };

beforeEach(async () => {
    collector = new Collector();
    received = [];
    answer = { status: 204 };
    server = createServer((request, response) => {
        let text = "";
        request.on("data", (chunk: Buffer) => (text += chunk.toString()));
        request.on("end", () => {
            received.push({ path: request.url ?? "", headers: request.headers, body: text === "" ? {} : JSON.parse(text) });
            response.writeHead(answer.status, answer.headers).end();
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
    collector.dispose();
    server.closeAllConnections();
    server.close();
});

const url = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
const webhook = (path = "/hook", headers?: Record<string, string>) => ({ kind: "webhook", url: url(path), headers }) as const;
const at = async (percent: number): Promise<void> => {
    collector.use({ docs: { used: percent * 2 ** 20, limit: 100 * 2 ** 20 } });
    await collector.round();
};
const told = (): string[] => received.map(({ body }) => `${String(body["previous"])} > ${String(body["level"])}`);

test("a webhook hears of each crossing once, in both directions, not of wavering around a threshold", async () => {
    collector.declare("docs", { label: "Docs & Co", alerts: [webhook("/hook?key=s3cret", { Authorization: "Bearer t0ken" })] });
    for (const percent of [50, 74, 75, 76, 74, 73, 75, 74, 72, 71, 80, 96, 97, 94, 84, 10]) await at(percent);
    expect(told()).toEqual([
        "ok > warning",
        "warning > ok",
        "ok > warning",
        "warning > emergency",
        "emergency > critical",
        "critical > ok",
    ]);
    expect(received[0]).toMatchObject({
        path: "/hook?key=s3cret",
        headers: { authorization: "Bearer t0ken", "content-type": "application/json" },
        body: { event: "docs-1", quota: "Docs & Co", id: "docs", percent: 75, used: 75 * 2 ** 20, limit: 100 * 2 ** 20 },
    });
    expect(received[0]!.body["text"]).toBe("quota Docs & Co has reached 75 %: 75.0 MiB of 100.0 MiB used (75.0 %), warning, was ok");
    expect(new Set(received.map(({ body }) => body["event"])).size).toBe(6);
    expect(collector.journal.map((line) => line.slice(0, 3))).toEqual(["<4>", "<5>", "<4>", "<2>", "<5>", "<5>"]);
});

test("what a receiver refuses is delivered later, once, and its secret is in no message", async () => {
    collector.declare("docs", { alerts: [webhook("/s3cret"), webhook("/other")] });
    answer = { status: 503 };
    await at(80);
    await at(81);
    expect(received.map(({ path }) => path)).toEqual(["/s3cret", "/other", "/s3cret", "/other"]);
    answer = { status: 200 };
    await at(81);
    await at(82);
    expect(received).toHaveLength(6);
    expect(new Set(received.map(({ body }) => body["event"]))).toEqual(new Set(["docs-1"]));
    expect(collector.journal).toEqual([
        expect.stringContaining("quota docs has reached 75 %"),
        "<4>alert for quota docs not delivered, tried again in the rounds to come: webhook at 127.0.0.1 answered 503; webhook at 127.0.0.1 answered 503",
    ]);
});

test("a redirection is not followed, and a URL that is none not quoted", async () => {
    answer = { status: 302, headers: { Location: url("/elsewhere") } };
    collector.declare("docs", { alerts: [webhook("/hook"), { kind: "webhook", url: "http://[s3cret" }] });
    await at(80);
    expect(received.map(({ path }) => path)).toEqual(["/hook"]);
    expect(collector.journal.at(-1)).toContain("answered 302; webhook: ValueError");
    expect(collector.journal.join("\n")).not.toContain("s3cret");
});

test("a newer crossing takes the place of one that was not delivered, and after a day it is given up", async () => {
    collector.declare("docs", { alerts: [webhook()] });
    answer = { status: 500 };
    await at(80);
    await at(90);
    answer = { status: 200 };
    received.length = 0;
    await at(90);
    expect(told()).toEqual(["warning > critical"]);
    answer = { status: 500 };
    await at(99);
    await collector.round(86_500);
    received.length = 0;
    await at(99);
    expect(received).toEqual([]);
    expect(collector.journal.at(-1)).toContain("given up");
});

test("mail goes through the host's sendmail, its subject and recipients whole", async () => {
    collector.script("sendmail", `printf '%s\\n' "$@" > ${collector.root}/argv; cat > ${collector.root}/mail`);
    collector.declare("docs", { label: "Bücher", alerts: [{ kind: "mail", to: ["ops@example.org", "-oQ/tmp@example.org"] }] });
    await at(86);
    const read = (name: string): string => readFileSync(join(collector.root, name), "utf8");
    expect(read("argv")).toBe("-i\n--\nops@example.org\n-oQ/tmp@example.org\n");
    expect(read("mail")).toMatch(/^Subject: .*=\?utf-8\?/m);
    expect(read("mail")).toMatch(/^To: ops@example.org, -oQ\/tmp@example.org$/m);
    expect(read("mail")).toMatch(/^X-Pvesmb-Event: docs-1$/m);
});

test("Proxmox VE's forwarder gets a mail where there is one; where there is none, or sendmail fails, the journal says so", async () => {
    collector.declare("docs", { alerts: [{ kind: "pve" }, { kind: "mail", to: ["a@example.org"] }] });
    collector.script("sendmail", "echo no route >&2; exit 75");
    await at(80);
    expect(collector.journal.at(-1)).toMatch(/not a Proxmox VE node.*sendmail: exit code 75: no route/);
    collector.script("forward", `cat > ${collector.root}/forwarded`);
    await at(80);
    expect(readFileSync(join(collector.root, "forwarded"), "utf8")).toContain("quota docs has reached 75 %");
    expect(existsSync(join(collector.root, "mail"))).toBe(false);
});

test("a quota that is full when it is first seen has crossed its thresholds; a new limit counts at once", async () => {
    collector.declare("docs", { alerts: [webhook()] });
    await at(99);
    collector.use({ docs: { used: 99, limit: 1000 } });
    await collector.round();
    expect(told()).toEqual(["ok > emergency", "emergency > ok"]);
});

test("a file that is no entry is left out and named, the others are served", async () => {
    collector.declare("docs");
    collector.declare("bad", { source: { kind: "table" } as never });
    collector.use({ docs: { used: 1, limit: 2 } });
    expect(await collector.round()).toBe(0);
    expect((await collector.report("bad")).error).toContain("KeyError");
    expect(await collector.report("docs")).toMatchObject({ percent: 50, error: null });
});

test("the metrics are OpenMetrics, and what node-exporter takes", async () => {
    collector.declare("docs", { label: 'a "b" \\ c' });
    collector.declare("lost");
    await at(80);
    const lines = collector.metrics.split("\n");
    expect(lines.slice(-2)).toEqual(["# EOF", ""]);
    const families = new Set<string>();
    let family = "";
    for (const line of lines.slice(0, -2)) {
        const head = /^# (TYPE|UNIT|HELP) (\S+) (.+)$/.exec(line);
        if (head?.[1] === "TYPE") {
            expect(families.has(head[2]!)).toBe(false);
            families.add((family = head[2]!));
            expect(head[3]).toBe("gauge");
        } else if (head) {
            expect(head[2]).toBe(family);
            if (head[1] === "UNIT") expect(family.endsWith(`_${head[3]!}`)).toBe(true);
        } else expect(line).toMatch(new RegExp(`^${family}(\\{id="[a-z]+",quota="(?:[^"\\\\]|\\\\.)*"\\})? -?[0-9.]+$`));
    }
    expect(collector.metrics).toContain(`pvesmb_quota_used_bytes{id="docs",quota="a \\"b\\" \\\\ c"} ${80 * 2 ** 20}\n`);
    expect(collector.metrics).toContain('pvesmb_quota_readable{id="lost",quota="lost"} 0');
    expect(collector.metrics).not.toContain('pvesmb_quota_used_bytes{id="lost"');
});

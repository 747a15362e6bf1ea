import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { network } from "../lab/src/machine/layout";
import { inGuest, inJournal } from "./support/guests";
import { gateway, program, quota, share, smallArgs, user } from "./support/program";
import { putFile, smbclient } from "./support/smb-client";
import type { Stack } from "./support/stack";
import { until } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";

/**
 * The usage of quotas over time: recorded by the gateway's own timer, reported to a receiver in the lab's network, removed with the last
 * quota.
 */

const vmids = { from: 6630, to: 6659 };
const host = "10.86.0.121";
const guest = { node: "pve1", vmid: 6630 };
const alice = { user: "alice", password: "alice's long p4ssword" };
const MIB = 2 ** 20;
const PORT = 8099;
const SECRET = "s3cret-of-the-hook";
const TOKEN = "t0ken-of-the-hook";
const MAIL_PORT = 8025;
const webhook = `http://${network.workstation}:${PORT}/${SECRET}`;

/** Records each POST as a line of JSON. */
const RECEIVER = `import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[2], "ab") as file: file.write(f"{self.path} {self.headers['Authorization']} ".encode() + body + b"\\n")
        self.send_response(204); self.end_headers()
http.server.HTTPServer(("", int(sys.argv[1])), Handler).serve_forever()
`;

/** A mail server that records its mail. */
const MAILBOX = `import socketserver, sys
class Smtp(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda line: self.wfile.write(line.encode() + b"\\r\\n")
        say("220 mailbox")
        for line in self.rfile:
            if line[:4].upper() == b"DATA":
                say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\\r\\n"))
                with open(sys.argv[2], "ab") as file: file.write(text + b"--\\n")
            if line[:4].upper() == b"QUIT": return say("221 bye")
            say("250 ok")
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("", int(sys.argv[1])), Smtp).serve_forever()
`;

/** A short version of what administrators of gateways install (msmtp-mta and the like). */
const SENDMAIL = `#!/usr/bin/python3
import smtplib, sys
with smtplib.SMTP("${network.workstation}", ${MAIL_PORT}, timeout=60) as server:
    server.sendmail("root@files", sys.argv[sys.argv.index("--") + 1:], sys.stdin.buffer.read())
`;

interface Report {
    quotas: Record<string, { at: number | null; used: number; limit: number; level: string; error: string | null }>;
}

let place: Workplace;
let stack: Stack;
const receivers: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), "pvesmb-hook-"));
const posted = join(folder, "posted");
const mailed = join(folder, "mailed");

const { data: _data, ...basics } = smallArgs(host, vmids);
const parts = {
    files: gateway("files", { ...basics, vmid: guest.vmid, data: { storage: "tank", initialSize: "96MiB" } }),
    alice: user("files", alice),
    vault: share("files", "vault", { alice: "full" }, { volume: { storage: "tank", initialSize: "128MiB" } }),
    other: share("files", "other", { alice: "full" }, { volume: { storage: "tank", initialSize: "64MiB" } }),
    limit: quota("vault", "limit", { limit: "128MiB", alerts: [50, 90], notify: { webhook, token: TOKEN, mail: ["ops@example.org"] } }),
    small: quota("other", "small", { limit: "64MiB", history: { every: "1h", keepDays: 365 } }),
};
const change = (changes: Partial<typeof parts>): void => {
    Object.assign(parts, changes);
    stack.write(program(...Object.values(parts)));
};

const events = (): Record<string, unknown>[] =>
    (existsSync(posted) ? readFileSync(posted, "utf8") : "")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line.slice(line.indexOf("{"))) as Record<string, unknown>);
const report = async (): Promise<Report["quotas"]> =>
    (JSON.parse(await inGuest(guest, "python3 -I /usr/local/lib/pvesmb/quota-collector report")) as Report).quotas;
const round = (): Promise<string> => inGuest(guest, "systemctl start pvesmb-quota.service");
const lastRun = async (): Promise<number> =>
    Number(
        /last_run_timestamp_seconds (\d+)/.exec(await inGuest(guest, "cat /var/lib/pvesmb/metrics/quota.prom 2>/dev/null || true"))?.[1] ??
            0,
    );
const idOf = async (name: string): Promise<string> =>
    (await stack.resources()).find(({ urn }) => urn.endsWith(`:Quota::${name}`))?.id ?? "";
const fill = (mib: number): Promise<unknown> =>
    putFile((argv) => place.lab.within(argv), { host, share: "vault" }, alice, "filler.bin", "x".repeat(mib * MIB));

beforeAll(async () => {
    place = await workplace(vmids);
    for (const argv of [
        [RECEIVER, String(PORT), posted],
        [MAILBOX, String(MAIL_PORT), mailed],
    ]) {
        const [command = "", ...rest] = place.lab.within(["python3", "-c", ...argv]);
        receivers.push(spawn(command, rest, { stdio: "ignore" }));
    }
    stack = await place.stack("", { project: "quota-usage" });
    change({});
    await stack.up();
});
afterAll(async () => {
    for (const each of receivers) each.kill();
    rmSync(folder, { recursive: true, force: true });
    await place?.dispose();
});

test("the gateway's timer takes samples of all quotas, and a refresh finds everything as it should be", async () => {
    expect(await inGuest(guest, "systemctl is-active pvesmb-quota.timer; systemctl is-enabled pvesmb-quota.timer")).toBe(
        "active\nenabled\n",
    );
    const [limit, small] = [await idOf("limit"), await idOf("small")];
    // Runs the timer's service more often.
    const often = "/etc/systemd/system/pvesmb-quota.timer.d";
    const reload = "systemctl daemon-reload; systemctl restart pvesmb-quota.timer";
    await inGuest(
        guest,
        `mkdir ${often}; printf '[Timer]\\nOnCalendar=\\nOnCalendar=*:*:0/5\\nAccuracySec=1s\\n' > ${often}/often.conf; ${reload}`,
    );
    const begun = await lastRun();
    await until("a round by the timer", async () => (await lastRun()) > begun);
    await inGuest(guest, `rm -r ${often}; ${reload}`);
    const found = await report();
    expect(Object.keys(found).sort()).toEqual([limit, small].sort());
    expect(found[limit]).toMatchObject({ level: "ok", error: null });
    expect(found[limit]!.limit).toBeGreaterThan(80 * MIB);
    expect(found[limit]!.limit).toBeLessThanOrEqual(128 * MIB);
    expect(await inGuest(guest, "stat -c '%a %n' /var/lib/pvesmb/quota.d /var/lib/pvesmb/quota.d/*")).toMatch(/^700 .*\n600 .*\n600 .*\n$/);
    // The longest period that the quotas request: 365 days of quarter hours, for up to 16 quotas (collector/program/ring.py).
    expect(await inGuest(guest, "stat -c %s /var/lib/pvesmb/quota/quarters.ring")).toBe(`${64 + 365 * 4 * (16 + 16 * 6 * 8)}\n`);
    await stack.refresh({ flags: ["--expect-no-changes"] });
});

test("mail goes by the gateway's sendmail; until there is one it waits, and the journal says so", async () => {
    await fill(80);
    await round();
    await inJournal(
        guest,
        "-u pvesmb-quota",
        /alert for quota vault not delivered, tried again in the rounds to come: \/usr\/sbin\/sendmail: No such file/,
    );
    await inGuest(guest, `cat > /usr/sbin/sendmail <<'EOF'\n${SENDMAIL}EOF\nchmod 755 /usr/sbin/sendmail`);
    await round();
    await round();
    const mails = readFileSync(mailed, "utf8").split(/^--$/m).slice(0, -1);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatch(/^Subject: \[files\] quota vault: warning \(\d+\.\d+ %\)$/m);
    expect(mails[0]).toMatch(/^To: ops@example\.org$/m);
    expect(mails[0]).toContain("quota vault has reached 50 %");
});

test("crossing a threshold is told to the receiver once, and again when it is over", async () => {
    expect(events()).toMatchObject([{ quota: "vault", level: "warning", previous: "ok", host: "files" }]);
    await smbclient((argv) => place.lab.within(argv), { host, share: "vault" }, alice, "del filler.bin");
    await round();
    expect(events().map(({ previous, level }) => `${String(previous)} > ${String(level)}`)).toEqual(["ok > warning", "warning > ok"]);
    await inJournal(guest, "-u pvesmb-quota -p warning", /quota vault has reached 50 %/);
    expect(readFileSync(posted, "utf8")).toMatch(new RegExp(`^/${SECRET} Bearer ${TOKEN} {`, "m"));
    for (const secret of [SECRET, TOKEN]) expect(await inGuest(guest, "journalctl -o cat; ps axww")).not.toContain(secret);
});

test("the metrics are served on loopback once somebody asks for it", async () => {
    const ask = `import urllib.request as r; a = r.urlopen("http://127.0.0.1:9945/metrics"); print(a.headers["Content-Type"]); print(a.read().decode())`;
    await expect(inGuest(guest, `python3 -c '${ask}' 2>&1`)).rejects.toThrow("ended with 1");
    await inGuest(guest, "systemctl enable --now pvesmb-quota-metrics.socket");
    const answer = await inGuest(guest, `python3 -c '${ask}'`);
    expect(answer).toMatch(/^application\/openmetrics-text; version=1.0.0/);
    expect(answer).toMatch(/^pvesmb_quota_used_bytes\{id="[0-9a-f]+",quota="vault"\} \d+$/m);
    expect(answer).toContain("# EOF");
});

test("an entry that is gone shows in refresh, and is put back", async () => {
    await inGuest(guest, `rm /var/lib/pvesmb/quota.d/${await idOf("limit")}.json`);
    const { steps } = await stack.refresh();
    expect(steps.filter(({ op }) => op !== "same" && op !== "refresh").map(({ name }) => name)).toContain("limit");
    // One that a killed create has left gives way to the new one.
    await stack.forget("small");
    await stack.up();
    expect(Object.keys(await report()).sort()).toEqual([await idOf("limit"), await idOf("small")].sort());
    await stack.refresh({ flags: ["--expect-no-changes"] });
});

test("ends with the last quota, and leaves nothing", async () => {
    const left = `ls -d /etc/systemd/system/*pvesmb-quota* /etc/systemd/system/*/pvesmb-quota* /usr/local/lib/pvesmb/quota-collector /var/lib/pvesmb/quota* /var/lib/pvesmb/metrics 2>/dev/null || true`;
    change({ limit: "" });
    await stack.up();
    expect(Object.keys(await report())).toEqual([await idOf("small")]);
    change({ small: "" });
    await stack.up();
    expect(await inGuest(guest, left)).toBe("");
    expect(await inGuest(guest, "systemctl list-units --all --plain --no-legend 'pvesmb-quota*'")).toBe("");
});

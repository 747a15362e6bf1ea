import fc from "fast-check";
import { userModel } from "../../provider/model";
import { passwordFault } from "../../provider/model/user/inputs";
import { check } from "../../provider/runtime/check";
import { ntHash } from "../../provider/samba/nt-hash";
import { type Guest, inGuest } from "./support/guests";
import { hostileShares, hostileText, readDump, rendered } from "./support/hostile";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { getFile, listShares, putFile } from "./support/smb-client";
import type { Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/** Texts that try to break out of their setting: Samba reads each one as exactly the intended value. */

const vmids = { from: 5700, to: 5719 };
const host = "10.86.0.95";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5700 };
const alice = { user: "alice", password: "alice's long p4ssword" };

/** Fixed, so that a failure can be reproduced. */
const seed = 20_251_121;
const sample = (arbitrary: fc.Arbitrary<string>, count: number, fault: (text: string) => boolean): string[] =>
    fc.sample(
        arbitrary.filter((text) => !fault(text)),
        { numRuns: count, seed },
    );
const passwords = sample(hostileText(20), 10, (text) => passwordFault(text) !== undefined);
const fullNames = sample(
    hostileText(),
    10,
    (fullName) => check(userModel, { gateway: { id: "pve1/1/0123456789abcdef" }, password: "x", fullName }).length > 0,
);

const shares = [
    { name: "two words", path: '/srv/pvesmb/a b" c', comment: 'He said "no" twice' },
    { name: "Größe & co's #1", path: "/srv/pvesmb/$(id) `id` $HOME", comment: "; = # not a comment" },
    { name: "$data$", path: "/srv/pvesmb/x;y#z[global]", comment: "= path = /etc" },
    { name: "中文 😀", path: "/srv/pvesmb/é\u202e\u00a0x", comment: "ends in \\ not" },
    { name: "{a}~!@^'(b)", path: "/srv/pvesmb/*?{a,b}/<c>|&", comment: "'" },
    { name: "中".repeat(80), path: `/srv/pvesmb/${"ä".repeat(127)}`, comment: "ß".repeat(256) },
    ...hostileShares(60, seed)
        .map(({ inputs: { name = "", path, comment } }) => ({ name, path: path ?? `/srv/pvesmb/${name}`, comment }))
        // smbclient separates its list with `|`; and no share may lie in a folder of another one.
        .filter(({ name, path, comment }) => !comment.includes("|") && !/^share \d/.test(name) && path.split("/").length === 4)
        .slice(0, 6),
];

let place: Workplace;
let stack: Stack;
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack(
        program(
            gateway("files", { ...smallArgs(host, vmids), vmid: guest.vmid }),
            user("files", alice),
            ...passwords.map((password, i) => user("files", { user: `user${i}`, password }, { fullName: fullNames[i] })),
            ...shares.map((args, i) => share("files", `share${i}`, { alice: i % 2 === 0 ? "full" : "change" }, args)),
        ),
    );
    await stack.up();
});
afterAll(() => place?.dispose());

test("ten thousand texts that check accepts", async () => {
    const all = hostileShares(2500, seed);
    expect(all.reduce((sum, { texts }) => sum + texts, 0)).toBeGreaterThan(10_000);
    const untouched = readDump(await inGuest(guest, "printf '[global]\\n' > /run/hostile.conf; testparm -s /run/hostile.conf 2>/dev/null"));
    for (let from = 0; from < all.length; from += 500) {
        const batch = all.slice(from, from + 500).map(rendered);
        const text = Buffer.from(`[global]\n${batch.map((each) => each.text).join("")}`)
            .toString("base64")
            .replace(/.{1000}/g, "$&\n");
        const dump = readDump(
            await inGuest(guest, `base64 -d > /run/hostile.conf <<'END'\n${text}\nEND\ntestparm -s /run/hostile.conf 2>/dev/null`),
        );
        expect(dump.get("global")).toEqual(untouched.get("global"));
        expect([...dump.keys()].slice(1)).toEqual(batch.map(({ name }) => name));
        for (const { name, means } of batch) {
            const found = dump.get(name) ?? new Map<string, string>();
            expect([name, [...found.keys()].filter((key) => !means.has(key))]).toEqual([name, []]);
            for (const [key, value] of means) if (value !== undefined) expect([name, key, found.get(key)]).toEqual([name, key, value]);
        }
    }
});

test.each(shares)("$name is served from its own directory, with its comment", async ({ name, path, comment }) => {
    const at = { host, share: name };
    await putFile(within, at, alice, "which.txt", name);
    expect(await inGuest(guest, `cat ${quoted(path)}/which.txt`)).toBe(name);
    expect(await getFile(within, at, alice, "which.txt")).toBe(name);
    expect((await listShares(within, host, alice))[name]).toBe(comment);
});

test("passwords and full names are what was said", async () => {
    const hashes = new Map((await inGuest(guest, "pdbedit -L -w")).split("\n").map((line) => [line.split(":")[0], line.split(":")[3]]));
    const names = new Map((await inGuest(guest, "getent passwd")).split("\n").map((line) => [line.split(":")[0], line.split(":")[4]]));
    for (const [i, password] of passwords.entries()) {
        expect([password, hashes.get(`user${i}`)]).toEqual([password, ntHash(password)]);
        expect(names.get(`user${i}`)).toBe(fullNames[i]);
    }
});

test("and a refresh finds nothing to say", async () => {
    await stack.settled();
});

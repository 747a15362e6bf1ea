import { mkdirSync, writeFileSync } from "node:fs";
import { Bench } from "../../test/support/hosts/local-host";
import type { Step } from "../hosts/batch";
import { rootSteps } from "./share-root";
import type { ShareRoot } from "./share-root";

let bench: Bench;
beforeEach(() => {
    bench = new Bench();
    mkdirSync(bench.at("there"), { mode: 0o755 });
    writeFileSync(bench.at("there/file"), "x", { mode: 0o600 });
});
afterEach(() => bench.dispose());

const root: ShareRoot = { owner: "root", group: "root", mode: "0755", mounted: false, acl: [], once: false, recursive: false };
const APART: Step = { do: "run", argv: ["true"], changes: false };
const steps = (name: string, more: Partial<ShareRoot>, before?: ShareRoot, where = "/srv (/etc/exports)"): Step[] =>
    rootSteps(bench.at(name), { ...root, ...more }, before, APART, (id) => ({ do: "run", id, argv: ["echo", where], changes: false }));

describe("a directory that the host exports by NFS", () => {
    it("may be new, and may be what the share declares", async () => {
        await bench.settles(...steps("new", { mode: "0750" }));
        expect(bench.mode("new")).toBe(0o750);
        await bench.fine(...steps("there", {}));
        await bench.fine(...steps("there", { recursive: true }));
        expect(bench.mode("there/file")).toBe(0o600);
    });

    it.each<[string, Partial<ShareRoot>]>([
        ["mode", { mode: "0700" }],
        ["owner", { owner: "daemon" }],
        ["ACL", { acl: [{ kind: "user", name: "daemon", permissions: "r-x" }] }],
    ])("gets no other %s, unless that is allowed", async (_, more) => {
        expect((await bench.broken(...steps("there", more))).message).toMatch(
            /^allowNfsExport: the owner, the mode or the ACL of \S+\/there would change.*: \/srv \(\/etc\/exports\); nothing was changed/,
        );
        expect(bench.mode("there")).toBe(0o755);
        expect((await bench.fine(...steps("there", { ...more, allowNfsExport: true }))).changed).toBe(true);
    });

    it("is not changed below either, when `recursive` is set later", async () => {
        expect((await bench.broken(...steps("there", { recursive: true }, root))).message).toContain(
            "`recursive` would change everything below",
        );
        expect(bench.mode("there/file")).toBe(0o600);
        await bench.fine(...steps("there", { recursive: true, allowNfsExport: true }, root));
        expect(bench.mode("there/file")).toBe(0o644);
    });

    it("is as any other where NFS does not export it", async () => {
        expect((await bench.fine(...steps("there", { mode: "0700" }, undefined, ""))).changed).toBe(true);
    });
});

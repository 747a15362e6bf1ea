import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Vm } from "../../lab/src/vm/vm";
import { gateway, program, quota, share, user } from "./program";
import { runDirectory } from "./run-directory";
import { type Login, smbclient } from "./smb-client";
import type { SoakReport } from "./soak-report";
import { Stack } from "./stack";
import type { VmWorkplace } from "./vm-workplace";

export const MiB = 2 ** 20;
export const GiB = 2 ** 30;
export const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };
const within = (argv: readonly string[]): string[] => [...argv];

/** A disk of the virtual machine. */
export const disk = (name: string): string => `/dev/disk/by-id/virtio-${name}`;

/** A file system, and commands that read and change its limits without pvesmb. */
export interface QuotaKind {
    vmid: number;
    /** The directory that is the gateway's data, and the commands that create it. */
    data: string;
    make: string;
    /** Where the node keeps the share's files, if not in `data`. */
    kept?: string;
    /** Arguments of the quota apart from its limit. */
    args: { convert?: boolean; enable?: boolean };
    place: RegExp;
    /** Sets another limit by hand; gets the place that the quota reports. */
    byHand: (place: string) => string;
    /** Prints one line for each limit set below the data. */
    limits: string;
    accounts?: {
        /** Prints the limits of a user and of a group, in bytes. */
        read: (uid: number, gid: number) => string;
        /** Gives a user 50 MiB. */
        byHand: (uid: number) => string;
    };
    /** Tests of this kind only, before the limit is removed. */
    more?: (drill: QuotaDrill) => void;
}

/** What the tests of one kind work with: a share `docs`, and `more` of the program. */
export interface QuotaDrill {
    vmid: number;
    seen: (what: string, run: () => Promise<void>) => void;
    change: (changes: { volume: string }) => void;
    /** Sets the limit of `docs` in the program. */
    limited: (limit: string, more?: object) => void;
    /** As alice. */
    client: (commands: string, login?: Login, on?: string) => Promise<string>;
    put: (file: string, mebibytes: number, login?: Login, on?: string) => Promise<string>;
    /** The size of a share that a client sees, in bytes. */
    size: (on?: string) => Promise<number>;
    stack: () => Stack;
}

/**
 * The life of a limit from creation to removal, on a gateway whose data is a directory of the node, with a real `pulumi up` and real
 * clients.
 */
export function quotaDrill(name: string, kind: QuotaKind, at: () => VmWorkplace, report: SoakReport): void {
    const { vmid, data, make, args, place, byHand, limits, accounts, more } = kind;
    const vm = (): Vm => at().vm;
    const address = `10.86.0.${vmid}`;
    const seen = (what: string, run: () => Promise<void>): void => report.test(what, run, `${name}: ${what}`);
    const parts = {
        files: "",
        alice: user("files", alice),
        bob: user("files", bob),
        docs: share("files", "docs", { alice: "full", bob: "change" }, { group: "alice" }),
        limit: "",
        volume: "",
    };
    let stack: Stack;
    let flags: string[];

    const change = (changes: Partial<typeof parts>): void => {
        Object.assign(parts, changes);
        stack.write(program(...Object.values(parts)));
    };
    const limited = (limit: string, more = {}): void => change({ limit: quota("docs", "limit", { limit, ...args, ...more }) });
    const outputs = async (): Promise<Record<string, unknown>> =>
        (await stack.resources()).find(({ urn }) => urn.endsWith("::limit"))?.outputs ?? {};
    const client = async (commands: string, login = alice, on = "docs"): Promise<string> =>
        (await smbclient(within, { host: "127.0.0.1", share: on }, login, commands, flags)).output;
    /** The size of the share that a client sees, in bytes. */
    async function size(on?: string): Promise<number> {
        const [, blocks, each] = /(\d+) blocks of size (\d+)\./.exec(await client("du", alice, on)) ?? [];
        return Number(blocks) * Number(each);
    }
    const folder = (): string => mkdtempSync(join(runDirectory(), "files-"));
    async function put(file: string, mebibytes: number, login = alice, on = "docs"): Promise<string> {
        const source = join(folder(), "source");
        writeFileSync(source, randomBytes(mebibytes * MiB));
        return client(`put ${source} ${file}`, login, on);
    }
    const digest = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
    async function digestOf(file: string): Promise<string> {
        const copy = join(folder(), file);
        await client(`get ${file} ${copy}`);
        return digest(readFileSync(copy));
    }

    beforeAll(async () => {
        await vm().run(make);
        stack = await Stack.create({
            runDirectory: runDirectory(),
            program: { text: "" },
            project: name,
            within,
            environment: at().environment,
        });
        const lxc = { template: "debian-12-samba", rootfs: { storage: "local-zfs", size: "2GiB" } };
        const network = { bridge: "vmbr0", address: `${address}/24` };
        change({ files: gateway("files", { node: "pve1", vmid, lxc, network, data: { bind: data }, connection: at().connection }) });
        await stack.up();
        // Seconds per request: the default of 20 is too short on a busy machine.
        flags = ["-t", "120", "-p", String(await vm().forward(address, 445))];
    });
    afterAll(() => stack?.dispose());

    const kept = randomBytes(8 * MiB);

    seen("a share's directory with files in it gets a limit, its files stay", async () => {
        const source = join(folder(), "kept.bin");
        writeFileSync(source, kept);
        expect(await client(`put ${source} kept.bin`)).not.toContain("NT_STATUS");
        limited("24MiB");
        await stack.up();
        expect(await digestOf("kept.bin")).toBe(digest(kept));
        expect(await outputs()).toMatchObject({ backendFound: name, place: expect.stringMatching(place) as string, level: "ok" });
        await stack.refresh({ flags: ["--expect-no-changes"] });
        await stack.preview({ flags: ["--expect-no-changes"] });
    });

    seen("a client is told the limit as the share's size; a write ends there with DISK_FULL, what was there stays", async () => {
        expect(Math.abs((await size()) - 24 * MiB)).toBeLessThanOrEqual(MiB);
        expect(await put("big.bin", 24)).toContain("NT_STATUS_DISK_FULL");
        expect(await digestOf("kept.bin")).toBe(digest(kept));
        expect(await client("del big.bin")).not.toContain("NT_STATUS");
    });

    seen("a higher limit holds at once", async () => {
        limited("64MiB");
        const { steps } = await stack.up();
        expect(steps.filter(({ op }) => op !== "same").map((step) => `${step.op} ${step.name}`)).toEqual(["update limit"]);
        expect(await put("big.bin", 24)).not.toContain("NT_STATUS");
    });

    seen("a lower one is refused below what is used, with the figure, and taken above it", async () => {
        limited("24MiB");
        expect((await stack.up({ fails: true })).output).toMatch(/limit: 3\dMiB are in use in .*, more than 24MiB/);
        limited("48MiB");
        await stack.up();
        expect(Math.abs((await size()) - 48 * MiB)).toBeLessThanOrEqual(MiB);
        expect(await put("more.bin", 24)).toContain("NT_STATUS_DISK_FULL");
        expect(await digestOf("kept.bin")).toBe(digest(kept));
        await client("del more.bin");
    });

    seen("set by hand to another value: shown by refresh, repaired by up", async () => {
        await vm().run(byHand(String((await outputs())["place"])));
        expect((await stack.refresh()).output).toMatch(/Quota limit updated/);
        const { steps } = await stack.up();
        expect(steps.filter(({ op }) => op !== "same").map((step) => `${step.op} ${step.name}`)).toEqual(["update limit"]);
        expect(Math.abs((await size()) - 48 * MiB)).toBeLessThanOrEqual(MiB);
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    if (accounts !== undefined)
        seen(
            "a user's limit stops that user and nobody else; a group's is set; both are repaired when changed by hand, and taken back",
            async () => {
                const number = async (which: string): Promise<number> =>
                    100_000 + Number(await vm().run(`lxc-attach -n ${vmid} --clear-env -- ${which}`));
                const [uid, gid] = [await number("id -u bob"), await number("id -g alice")];
                const read = async (): Promise<string> => (await vm().run(accounts.read(uid, gid))).trim();
                const wished = { users: [{ name: "bob", limit: "8MiB" }], groups: [{ name: "alice", limit: "60MiB" }] };
                limited("64MiB", wished);
                await stack.up();
                expect(await read()).toBe(`${8 * MiB}\n${60 * MiB}`);
                let stopped = "";
                // ZFS counts a user's usage only once it is on disk.
                for (let file = 0; file < 8 && !stopped.includes("NT_STATUS"); file++, await vm().run("sync"))
                    stopped = await put(`bob${file}.bin`, 2, bob);
                expect(stopped).toContain("NT_STATUS_DISK_FULL");
                expect(await put("mine.bin", 4)).not.toContain("NT_STATUS");
                await client("del mine.bin; del bob*.bin");
                await vm().run(accounts.byHand(uid));
                expect((await stack.refresh()).output).toMatch(/Quota limit updated/);
                await stack.up();
                expect(await read()).toBe(`${8 * MiB}\n${60 * MiB}`);
                limited("48MiB");
                await stack.up();
                expect((await read()).split("\n").filter((value) => Number(value) > 0)).toEqual([]);
            },
        );

    more?.({ vmid, seen, change, limited, client, put, size, stack: () => stack });

    seen("without the quota there is no limit, and the files stay", async () => {
        expect(await vm().run(limits)).not.toBe("");
        change({ limit: "" });
        await stack.up();
        expect(await vm().run(limits)).toBe("");
        expect(await size()).toBeGreaterThan(500 * MiB);
        expect(await digestOf("kept.bin")).toBe(digest(kept));
    });

    seen("destroy takes the gateway and leaves the directory", async () => {
        await stack.destroy();
        expect(digest(Buffer.from(await vm().run(`base64 -w0 ${kind.kept ?? `${data}/docs`}/kept.bin`), "base64"))).toBe(digest(kept));
    });
}

import { Deadline } from "../../base/deadline";
import type { ChangeContext } from "../../base/handler";
import type { GatherResult, Step } from "../../hosts";
import { mountsOf } from "../../machines/lxc/mounts";
import { quotaModel } from "../../model";
import type { QuotaInputs } from "../../model";
import { filled } from "../../model/schema";
import { configOf } from "../../proxmox/lxc/config";
import { MOUNTS } from "../../hosts";
import type { Ready } from "../../gateway/session";
import { failureOf, lines } from "../../../test/support/proxmox/harness";
import { openBackend } from "./backends";
import type { Backend, Change } from "./backend";
import { targetOf } from "./target";
import type { Outputs } from "./types";

/**
 * Proxmox VE has a mount point for a limited directory, but the running gateway has not: its clients have the plain directory below.
 */
const path = "/srv/pvesmb/docs";
const onNode = "/var/lib/pvesmb/datasets/rpool/evil/docs";
const configs = {
    zfs: configOf({ mp0: "/rpool/evil,mp=/srv/pvesmb", mp1: `${onNode},mp=${path}` }),
    volume: configOf({ mp0: "/rpool/evil,mp=/srv/pvesmb", mp1: `tank:101/vm-101-disk-1.raw,mp=${path},size=64M` }),
};
const mounted = (...all: [target: string, source: string, fstype: string][]): GatherResult["commands"] => ({
    [MOUNTS.name]: {
        code: 0,
        stderr: "",
        stdout: JSON.stringify({
            filesystems: all.map(([target, source, fstype]) => ({ target, source, fstype, fsroot: "/", options: "rw" })),
        }),
    },
});
const look = (commands: GatherResult["commands"], more: Partial<GatherResult> = {}): GatherResult => ({
    files: {},
    stat: {},
    statvfs: {},
    commands,
    ms: 0,
    ...more,
});
const properties = (object: string, all: Record<string, string | number>): string =>
    Object.entries(all)
        .map(([name, value]) => `${object}\t${name}\t${value}\n`)
        .join("");
const node = look({
    ...mounted(["/", "rpool/ROOT", "zfs"], ["/rpool/evil", "rpool/evil", "zfs"], [onNode, "rpool/evil/docs", "zfs"]),
    [`zfs ${onNode}`]: {
        code: 0,
        stderr: "",
        stdout: properties("rpool/evil/docs", {
            refquota: 64 << 20,
            quota: 0,
            used: 4096,
            referenced: 4096,
            available: 64 << 20,
            mountpoint: onNode,
        }),
    },
});
const inGuest = {
    without: mounted(["/", "rpool/data/subvol-101-disk-0", "zfs"], ["/srv/pvesmb", "rpool/evil", "zfs"]),
    with: mounted(["/", "rpool/data/subvol-101-disk-0", "zfs"], ["/srv/pvesmb", "rpool/evil", "zfs"], [path, "rpool/evil/docs", "zfs"]),
    covered: mounted(["/", "x", "zfs"], ["/srv/pvesmb", "rpool/evil", "zfs"], [path, "rpool/evil/docs", "zfs"], [path, "none", "tmpfs"]),
    withoutData: mounted(["/", "rpool/data/subvol-101-disk-0", "zfs"]),
};

const inputs = filled(quotaModel.inputs, { share: { id: "x" }, limit: "64MiB", convert: true }) as QuotaInputs;
const ctx = { deadline: Deadline.in(5_000), log: lines() } as unknown as ChangeContext<Outputs>;

interface Guest {
    table: GatherResult["commands"];
    plugged?: boolean;
    file?: string;
    config?: keyof typeof configs;
    closely?: boolean;
}
async function opened({
    table,
    plugged = false,
    file = "",
    config = "zfs",
    closely = true,
}: Guest): Promise<{ backend: Backend; done: string[] }> {
    const done: string[] = [];
    const word = (step: Step): string =>
        step.do === "run" ? step.argv.map(String).join(" ") : step.do === "require" ? `${step.do} ${step.is}` : step.do;
    const queue = {
        submit: ({ steps }: { steps: Step[] }) => {
            done.push(...steps.map(word));
            return Promise.resolve({ look: node, steps: {} });
        },
    };
    const snapshot = { read: () => Promise.resolve(node), readJust: () => Promise.resolve(look({})), forget: () => undefined };
    const first = { first: { code: 0, stderr: "", stdout: file } };
    const gateway = {
        machine: {
            name: "CT 101",
            volumes: { stored: () => Promise.resolve(64 << 20) },
            below: {
                name: "pve1",
                hostSession: () => Promise.resolve({ name: "pve1", queue, snapshot }),
                isPlugged: () => Promise.resolve(plugged),
                bind: (at: string, from: string) => Promise.resolve(void done.push(`mount ${from} at ${at}`)),
            },
        },
        hostSession: { name: "files", queue, snapshot, executor: { gather: () => Promise.resolve(look(first)) } },
    } as unknown as Ready;
    const target = targetOf(gateway, mountsOf(configs[config]), look(table), { path });
    return { backend: await openBackend(ctx, target, inputs, { closely }), done };
}
const refusal = async (guest: Guest): Promise<string> => {
    const { backend } = await opened(guest);
    return (await failureOf((async () => backend.refuse?.(await backend.look(), inputs, undefined))())).message;
};

describe("a read", () => {
    test.each<[string, Guest, RegExp | undefined]>([
        ["a dataset in its place", { table: inGuest.with }, undefined],
        [
            "a dataset that is not mounted",
            { table: inGuest.without },
            /^limit: .*\/rpool\/evil\/docs \(mp1\) is not mounted at \/srv\/pvesmb\/docs in the gateway$/,
        ],
        [
            "another file system over it",
            { table: inGuest.covered },
            /^limit: none \(tmpfs\) is mounted at \/srv\/pvesmb\/docs in the gateway instead/,
        ],
        [
            "a volume that is not mounted",
            { table: inGuest.without, config: "volume" },
            /^limit: tank:101\/vm-101-disk-1.raw \(mp1\) is not mounted/,
        ],
    ])("%s", async (_, guest, says) => {
        const { backend } = await opened({ ...guest, closely: false });
        const { drift } = await backend.look();
        expect(drift).toEqual(says === undefined ? [] : [expect.stringMatching(says)]);
    });
});

describe("a change", () => {
    const whatever = { table: inGuest.without };

    test.each<[string, Guest, RegExp]>([
        [
            "that would hide files",
            { ...whatever, file: "./new.txt\n" },
            /contains files \(such as \/srv\/pvesmb\/docs\/new.txt\), which the mount would hide: move them/,
        ],
        ["that only a restart can make", { ...whatever, plugged: true }, /restart CT 101, then run `pulumi up` again$/],
        [
            "on a volume that is not mounted",
            { ...whatever, config: "volume" },
            /is not mounted at \/srv\/pvesmb\/docs.* restart CT 101, then run/,
        ],
    ])("%s", async (_, guest, says) => expect(await refusal(guest)).toMatch(says));

    const apply = async (aside?: string): Promise<string[]> => {
        const { backend, done } = await opened(whatever);
        const found = await backend.look();
        backend.refuse?.(found, inputs, aside);
        const change: Change = {
            id: "0123",
            found,
            inputs,
            claim: () => [{ do: "remove", path: "/claim" }],
            aside,
            claimed: () => undefined,
            replaced: () => undefined,
            unended: false,
            settle: () => [],
        };
        await backend.apply(change);
        return done;
    };

    test("mounts the dataset in place of the empty directory, and checks that it is there", async () => {
        expect(await apply()).toEqual(["remove", "rmdir ./docs", `mount ${onNode} at ${path}`, "require mountpoint"]);
    });

    test("that goes on with a conversion copies into the dataset, not into the plain directory", async () => {
        const done = await apply("/srv/pvesmb/.pvesmb-convert-0123");
        expect(done).toEqual(["remove", "rmdir ./docs", `mount ${onNode} at ${path}`, "require mountpoint", "carry", "remove", "remove"]);
    });
});

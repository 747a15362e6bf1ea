import { Deadline } from "../../base/deadline";
import type { Host } from "../../hosts";
import { configOf } from "../../proxmox/lxc/config";
import { failureOf, lines } from "../../../test/support/proxmox/harness";
import { restartForData } from "./data-mounted";

/** Data that is configured in Proxmox VE, but not mounted in the running guest. */
const config = configOf({ rootfs: "local:101/vm-101-disk-0.raw", mp0: "tank:101/vm-101-disk-1.raw,mp=/srv/pvesmb,size=1G" });
const table = (...targets: string[]): string =>
    JSON.stringify(
        { filesystems: targets.map((target) => ({ target, source: "/dev/loop1", fstype: "ext4", fsroot: "/", options: "rw" })) },
        null,
        3,
    );
const hostWith = (mounts: string, file = ""): Host =>
    ({ exec: () => Promise.resolve({ code: 0, stdout: `${mounts}\n--\n${file}`, stderr: "" }) }) as unknown as Host;
const checked = (host: Host, allowRestart: boolean, of = config): Promise<boolean> =>
    restartForData(host, of, { name: "CT 101", allowRestart }, Deadline.in(5_000), lines());

const missing = table("/", "/proc");

test("nothing is restarted for data that is there", async () => {
    expect(await checked(hostWith(table("/", "/srv/pvesmb")), true)).toBe(false);
});

test("a gateway that has no data of its own is not asked", async () => {
    const asked = { exec: () => Promise.reject(new Error("asked")) } as unknown as Host;
    for (const mounts of [{}, { mp1: "tank:101/vm-101-disk-2.raw,mp=/srv/pvesmb/own" }, { mp1: "/mnt/files,mp=/srv/pvesmb" }])
        expect(await checked(asked, true, configOf(mounts))).toBe(false);
});

test.each(["", "null", "[]", '{"filesystems": 5}', '{"filesystems": [null]}', '{"filesystems": [{"target": ["/"]}]}', "x"])(
    "no table of mounts, or one of another form, says nothing: %s",
    async (text) => {
        expect(await checked(hostWith(text), true)).toBe(false);
    },
);

test("a restart is said to be needed, or allowed", async () => {
    const error = await failureOf(checked(hostWith(missing), false));
    expect(error).toMatchObject({ kind: "Conflict", details: { property: "data" } });
    expect(error.message).toBe(
        "data: tank:101/vm-101-disk-1.raw (mp0) is not mounted at /srv/pvesmb in the gateway; nothing was changed there. Proxmox VE mounts it at the next start: restart CT 101, then run `pulumi up` again; with `allowRestart: true` pvesmb restarts it",
    );
    expect(await checked(hostWith(missing), true)).toBe(true);
});

test.each([true, false])("files in the plain directory are never hidden (allowRestart: %s)", async (allowRestart) => {
    const { message } = await failureOf(checked(hostWith(missing, "/srv/pvesmb/docs/new.txt\n"), allowRestart));
    expect(message).toContain("contains files (such as /srv/pvesmb/docs/new.txt), which the mount would hide: move them to another place");
});

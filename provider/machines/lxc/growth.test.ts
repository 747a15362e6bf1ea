import { PvesmbError } from "../../base/errors";
import { Deadline } from "../../base/deadline";
import type { Pve } from "../../proxmox/client/client";
import { resizeVolume } from "../../proxmox/lxc/resize";
import { readStorage } from "../../proxmox/storage";
import { growVolume } from "./growth";

jest.mock("../../proxmox/lxc/resize", () => ({ resizeVolume: jest.fn() }));
jest.mock("../../proxmox/storage", () => ({ ...jest.requireActual<object>("../../proxmox/storage"), readStorage: jest.fn() }));

const GIB = 2 ** 30;
const place = { node: "pve1", vmid: 101 };
const pve = { deadline: Deadline.in(5_000) } as Pve;
const grow = (property: string, to: number): Promise<void> =>
    growVolume(pve, place, { property, disk: "mp1", volume: "tank:101/vm-101-disk-1.raw", from: 2 * GIB, to });
const storage = (type: string, available?: number): void =>
    void jest.mocked(readStorage).mockResolvedValue({ storage: "tank", type, content: ["rootdir"], available } as never);
beforeEach(() => jest.mocked(resizeVolume).mockReset());

test.each(["limit", "data.size", "lxc.rootfs.size", "volume.size"])(
    "%s: what the storage has no room for is refused before it grows",
    async (property) => {
        storage("dir", 61.2 * GIB);
        await expect(grow(property, 500 * GIB)).rejects.toThrow(
            new RegExp(
                `^${property}: tank on pve1 has 62668MiB free, less than 498GiB, by which tank:101/vm-101-disk-1.raw would grow; free up space`,
            ),
        );
        expect(resizeVolume).not.toHaveBeenCalled();
    },
);

test.each([
    ["there is room", "dir", 48 * GIB],
    ["the storage is thin", "zfspool", 1 * GIB],
    ["the storage does not say", "dir", undefined],
])("grows where %s", async (_, type, available) => {
    storage(type, available);
    await grow("limit", 50 * GIB);
    expect(resizeVolume).toHaveBeenCalledWith(pve, place, "mp1", 50 * GIB);
});

test("a task that failed is told by property and volume", async () => {
    storage("zfspool", 1 * GIB);
    jest.mocked(resizeVolume).mockRejectedValue(new PvesmbError("RemoteFailed", "the task resize on pve1 failed: out of space"));
    await expect(grow("limit", 50 * GIB)).rejects.toThrow(
        "limit: tank:101/vm-101-disk-1.raw could not grow to 50GiB: the task resize on pve1 failed: out of space",
    );
});

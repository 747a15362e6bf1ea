/** A VM's drives among its config keys (qemu-server PVE/QemuServer/Drive.pm). */

/** In PVE's own order. */
const buses: [string, number][] = [
    ["ide", 4],
    ["scsi", 31],
    ["virtio", 16],
    ["sata", 6],
];

const driveNames = [
    ...buses.flatMap(([bus, count]) => Array.from({ length: count }, (_, index) => `${bus}${index}`)),
    "efidisk0",
    "tpmstate0",
];

export const isDrive = (key: string): boolean => driveNames.includes(key);

/** The drives that a config has, in PVE's order. */
export function driveKeys(values: Record<string, string>): string[] {
    return driveNames.filter((key) => values[key] !== undefined);
}

/** `local:cloudinit` asks for a cloud-init drive. */
export function cloudInitStorage(volume: string): string | undefined {
    return /^([^:/]+):cloudinit$/.exec(volume)?.[1];
}

export const isCloudInit = (value: string): boolean => /:(?:\d+\/)?(?:vm-\d+-)?cloudinit(?:\.\w+)?(?:,|$)/.test(value);

export const isCdrom = (value: string): boolean =>
    value.includes("media=cdrom") ||
    value.startsWith("none") ||
    value.startsWith("cdrom") ||
    /^[^,]+\.iso(?:,|$)/.test(value) ||
    isCloudInit(value);

import { type DebianSources, withBackports } from "../machine/packages/debian-sources";

/**
 * This machine's Debian sources with what ZFS needs beside them: `contrib`, where its source is, and the backports, whose kernel and ZFS are
 * nearer to Proxmox VE's (9.x: ZFS 2.3) than those of the release itself.
 */
export function vmSources({ lines, options }: DebianSources): DebianSources {
    return withBackports({ options, lines: lines.map((line) => line.replace(/ main$/, " main contrib")) });
}

import type { DebianSources } from "../machine/packages/debian-sources";
import { release } from "../machine/packages/debian-sources";

/** Where kernel and ZFS come from: nearer to Proxmox VE's (9.x: ZFS 2.3) than those of the release itself. */
export const backports = `${release}-backports`;

/** This machine's Debian sources with what ZFS needs beside them: `contrib`, where its source is, and the backports. */
export function vmSources({ lines, options }: DebianSources): DebianSources {
    const wider = lines.map((line) => line.replace(/ main$/, " main contrib"));
    const own = wider.filter((line) => line.includes(` ${release} `));
    return { options, lines: [...wider, ...own.map((line) => line.replace(` ${release} `, ` ${backports} `))] };
}

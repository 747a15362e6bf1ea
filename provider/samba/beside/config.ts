import type { GatherResult } from "../../hosts/batch";
import { sambaSettings } from "../../model/samba";
import type { SambaSettings } from "../../model/samba";
import { gatewayPart } from "../config/gateway-part";
import type { Lines } from "../config/part";
import { linesText } from "../config/part";
import { textDrift } from "../drift";
import { SAMBA } from "../paths";
import { option, section } from "../text";

/** As on its first line; host.py writes it. */
const INCLUDE = option("include", SAMBA.beside).trim();

/**
 * What our shares need of [global] and the host's own shares must not get. A share copies what stands before it, so the second [global]
 * gives the host's shares Samba's defaults back, as if ours were not there (seen with testparm 4.17).
 */
const around = ({ encryption }: Pick<SambaSettings, "encryption">): [name: string, ours: string | boolean, preset: string | boolean][] => [
    // Read permission implies execute, since Windows clients do not set POSIX's x.
    ["acl allow execute always", true, false],
    ["server smb encrypt", encryption, "default"],
];

/** Options of the host's whole server that the program sets (`samba.manageGlobal`): those that differ from our defaults. */
function globals(samba: SambaSettings): Lines {
    if (!samba.manageGlobal) return [];
    const render = (settings: SambaSettings): Lines => gatewayPart({ hostname: "host", samba: settings, memory: "1GiB" }).lines;
    const preset = new Map(render(sambaSettings.parse(undefined)).map(([name, value]) => [name, JSON.stringify(value)]));
    const ofShares = around(samba).map(([name]) => name);
    return render(samba).filter(([name, value]) => !ofShares.includes(name) && preset.get(name) !== JSON.stringify(value));
}

/**
 * The file that the first line of the host's smb.conf includes. It ends with [global], so that the host's own text goes on as it would
 * without ours. `dfree command` is in the assembled file when quotas need it.
 */
export function besideConfig(samba: SambaSettings): string {
    const all = around(samba);
    const lines = (which: 1 | 2): Lines => all.map((each) => [each[0], each[which]]);
    return [
        "# Written by pvesmb: its shares on this host; changes here are undone by `pulumi up`.\n",
        section("global"),
        linesText(lines(1)),
        option("include", SAMBA.shares),
        section("global"),
        linesText(lines(2)),
        "\tdfree command =\n",
        linesText(globals(samba)),
    ].join("");
}

/** Differences in the texts, and in what is in effect. */
export function besideDrift(samba: SambaSettings, look: GatherResult): string[] {
    const effective = look.commands["effective"];
    const first = (look.files[SAMBA.config] ?? "").split("\n")[0]?.trim();
    return [
        ...textDrift(SAMBA.beside, besideConfig(samba), look.files[SAMBA.beside]),
        ...(first === INCLUDE
            ? []
            : [`${SAMBA.config}: \`${INCLUDE}\` is not its first line, so pvesmb's shares are not served or not as meant`]),
        ...(first !== INCLUDE || effective === undefined || effective.code === 0 ? [] : effective.stdout.trim().split("\n").slice(0, 20)),
    ];
}

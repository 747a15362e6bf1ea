import { sambaSettings } from "../../model/samba";
import type { SambaSettings } from "../../model/samba";
import { besideConfig, besideDrift } from "./config";

const settings = (more: Partial<SambaSettings> = {}): SambaSettings => ({ ...sambaSettings.parse(undefined), ...more });
const CONFIG = "/etc/samba/smb.conf";
const BESIDE = "/etc/samba/pvesmb/beside.conf";
const INCLUDE = `include = ${BESIDE}\n`;

test("what our shares need of [global] is set back behind them, and the file ends in [global]", () => {
    expect(besideConfig(settings({ encryption: "required" })).split("\n")).toEqual([
        expect.stringMatching(/^# Written by pvesmb/),
        "[global]",
        "\tacl allow execute always = yes",
        "\tserver smb encrypt = required",
        "\tinclude = /etc/samba/pvesmb/shares.conf",
        "[global]",
        "\tacl allow execute always = no",
        "\tserver smb encrypt = default",
        "\tdfree command =",
        "",
    ]);
});

test("options of the whole server are written on request only, and only those that the program sets", () => {
    const asked = { signing: "auto", options: { "strict sync": "no" }, encryption: "required" } as const;
    expect(besideConfig(settings(asked))).not.toContain("signing");
    const [, behind = ""] = besideConfig(settings({ ...asked, manageGlobal: true })).split("\tdfree command =\n");
    expect(behind).toBe("\tserver signing = auto\n\tstrict sync = no\n");
});

describe("drift", () => {
    const look = (config: string, effective: object = { code: 0, stdout: "", stderr: "" }, ours = besideConfig(settings())) =>
        besideDrift(settings(), {
            files: { [CONFIG]: config, [BESIDE]: ours },
            stat: {},
            statvfs: {},
            commands: { effective } as never,
            ms: 1,
        });

    it("is not what the host's own text says", () => {
        expect(look(`${INCLUDE}[global]\n workgroup = ACME\n[theirs]\n path = /home\n`)).toEqual([]);
    });

    it("is an include that is missing or not first, ours changed by hand, and anything that is in effect otherwise", () => {
        expect(look("[global]\n")).toEqual([expect.stringContaining("is not its first line")]);
        expect(look(`[global]\n${INCLUDE}`)).toEqual([expect.stringContaining("is not its first line")]);
        expect(look(INCLUDE, undefined, "[global]\n")).toEqual([`${BESIDE}: changed by hand`]);
        const said = "share [docs]: force user = owner instead of (nothing)\n";
        expect(look(INCLUDE, { code: 1, stdout: said, stderr: "" })).toEqual([said.trim()]);
    });
});

import fc from "fast-check";
import { shareModel } from "../../../provider/model";
import type { ShareInputs } from "../../../provider/model";
import { sectionOf } from "../../../provider/resources/share/section";
import { check } from "../../../provider/runtime/check";
import { fragmentPath } from "../../../provider/samba/paths";
import { renderShare, sectionName } from "../../../provider/samba/share";
import { optionKey } from "../../../provider/model/options/synonyms";
import { valueText } from "../../../provider/samba/text";

/** Shares whose texts try to break out of their value, and what Samba makes of them. */

const pieces = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(..."aBz09 .-_") },
    { weight: 8, arbitrary: fc.constantFrom(..."#;\"'`$&!@^~{}()[]<>|*?/\\+=:,%") },
    { weight: 3, arbitrary: fc.constantFrom("ä", "ß", "Σ", "é", "中", "😀", "\u00a0", "\u200b", "\u202e", "\ufeff") },
    { weight: 1, arbitrary: fc.constantFrom("\n", "\r", "\t", "\0", "\u001b", "\u0085", "\u2028", "\ud800", "\udfff") },
    {
        weight: 1,
        arbitrary: fc.constantFrom("\n[evil]\npath = /\n", "\\\n", "  ", '""', "%U", "$(id)", "include = /etc/passwd", "[global]", "; x"),
    },
    { weight: 2, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 2 }) },
);
export const hostileText = (max = 12): fc.Arbitrary<string> =>
    fc.array(pieces, { minLength: 1, maxLength: max }).map((all) => all.join(""));
const texts = fc.array(hostileText(6), { minLength: 1, maxLength: 3 });

const hostileShare = fc.record({
    name: hostileText(5),
    path: hostileText().map((text) => `/srv/pvesmb/${text}`),
    comment: hostileText(),
    vetoFiles: texts,
    hideFiles: texts,
    recycle: fc.record({ path: hostileText(6), exclude: texts, excludeFolders: texts }),
    previousVersions: fc.record({ folder: hostileText(6) }),
    options: fc.record({ volume: hostileText(), "veto oplock files": hostileText(), "vendor:note": hostileText() }),
});

/** A share whose texts pass check, and how many of them `hostileShare` made up. */
export interface Accepted {
    inputs: ShareInputs;
    texts: number;
}

const GATEWAY = { id: "pve1/5680/0123456789abcdef" };

/**
 * Returns `count` shares; no two have the same name to Samba. Texts that check refuses are left out, so the shares are accepted as they
 * are.
 */
export function hostileShares(count: number, seed: number): Accepted[] {
    const names = new Set<string>();
    return fc.sample(hostileShare, { numRuns: count, seed }).map((made, i) => {
        const offered: Record<string, unknown> = { ...made, gateway: GATEWAY };
        for (let faults = check(shareModel, offered); faults.length > 0; faults = check(shareModel, offered))
            for (const { property } of faults) leaveOut(offered, property);
        if (typeof offered["name"] !== "string" || names.has(fragmentPath(offered["name"]))) delete offered["name"];
        else names.add(fragmentPath(offered["name"]));
        const { gateway, ...texts } = offered;
        return { inputs: shareModel.inputs.parse({ name: `share ${i}`, gateway, ...texts }), texts: leaves(texts) };
    });
}

function leaveOut(offered: Record<string, unknown>, property: string): void {
    const [top = ""] = property.split(/[.[]/);
    const option = /^options(?:\.(\w+)|\["(.*)"\])$/.exec(property);
    if (!option) delete offered[top];
    else delete (offered[top] as Record<string, unknown>)[option[1] ?? option[2] ?? ""];
}

const leaves = (value: unknown): number =>
    typeof value === "object" && value !== null ? Object.values(value).reduce<number>((sum, each) => sum + leaves(each), 0) : 1;

/** A testparm dump: section -> option -> value. Throws at a line that is neither. */
export type Dump = Map<string, Map<string, string>>;

export function readDump(text: string): Dump {
    const dump: Dump = new Map();
    let options = new Map<string, string>();
    for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("# Global"))) {
        const [, name] = /^\[(.*)\]$/.exec(line) ?? [];
        const [, key, value] = /^\t([^=]+?) = (.*)$/.exec(line) ?? [];
        if (name !== undefined) dump.set(name, (options = new Map<string, string>()));
        else if (key !== undefined) options.set(optionKey(key), value ?? "");
        else throw new Error(`testparm prints ${JSON.stringify(line)}`);
    }
    return dump;
}

/** The fragment of a share, and its intended meaning: option -> value. Lists that testparm formats in its own way are undefined. */
export function rendered({ inputs }: Accepted): { name: string; text: string; means: Map<string, string | undefined> } {
    const section = sectionOf(inputs, inputs.path ?? `/srv/pvesmb/${inputs.name ?? ""}`, { id: "0123456789abcdef" });
    const text = renderShare(section, {
        key: `urn:pulumi:dev::files::pvesmb:SmbShare::${inputs.name}${inputs.comment}`,
        nonce: "0123456789abcdef",
    });
    const means = new Map<string, string | undefined>(
        [...text.matchAll(/^\t([^=]+?) = /gm)].map(([, name = ""]) => [optionKey(name), undefined]),
    );
    for (const { name, value } of section.settings) if (typeof value !== "boolean") means.set(optionKey(name), valueText(value));
    for (const [name, value] of Object.entries(section.options)) means.set(optionKey(name), value);
    means.set("path", section.path);
    if (section.comment !== "") means.set("comment", section.comment);
    return { name: sectionName(section), text, means };
}

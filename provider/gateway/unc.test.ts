import { DOMAIN, markText } from "../ad";
import type { DomainMark } from "../ad";
import { uncsOf } from "./unc";

const mark: DomainMark = {
    ...{
        key: "urn",
        nonce: "n",
        phase: "joined",
        domain: "AD.example.com",
        workgroup: "AD",
        computerName: "FILES",
        idRange: "60000-65533",
    },
};
const look = (given: DomainMark) => ({ files: { [DOMAIN.mark]: markText(given) } });

test("on a member by name, for Kerberos, and by address besides", () => {
    expect(uncsOf("10.0.0.5", "docs", look(mark))).toEqual({
        ...{ unc: "\\\\files.ad.example.com\\docs", uncByAddress: "\\\\10.0.0.5\\docs" },
    });
    expect(uncsOf(undefined, "docs", look(mark))).toEqual({ unc: "\\\\files.ad.example.com\\docs" });
});

test("otherwise by address, also while a join is not finished", () => {
    const both = { unc: "\\\\10.0.0.5\\docs", uncByAddress: "\\\\10.0.0.5\\docs" };
    for (const seen of [undefined, { files: {} }, look({ ...mark, phase: "joining" })])
        expect(uncsOf("10.0.0.5", "docs", seen)).toEqual(both);
    expect(uncsOf(undefined, "docs", undefined)).toEqual({});
});

import { keptText, markText, parseKept, parseMark } from "./mark";
import type { DomainMark } from "./mark";

const mark: DomainMark = {
    key: "urn",
    nonce: "ab12",
    phase: "joining",
    domain: "ad.example.com",
    workgroup: "AD",
    computerName: "FILES",
    idRange: "60000-65533",
};

test("a mark is read as it was written", () => {
    for (const phase of ["joining", "joined"] as const) expect(parseMark(markText({ ...mark, phase }))).toEqual({ ...mark, phase });
    for (const text of [undefined, "", "{}", "[]", "null", '{"nonce":1}']) expect(parseMark(text)).toBeUndefined();
});

test("a range outlives the account that it was for", () => {
    const kept = { domain: "ad.example.com", idRange: "60000-65533" };
    expect(parseKept(keptText(kept))).toEqual(kept);
    expect(parseKept(keptText({ ...kept, computerName: "FILES", accountSid: "S-1-5-21-1-2-3-4" }))).toMatchObject({
        accountSid: "S-1-5-21-1-2-3-4",
    });
    expect(parseKept("{}")).toBeUndefined();
});

test.each(["60000", "-", "0-65533", "60000-65533\n[x]", "NaN-NaN", "1e3-2e3", ""])(
    "a range that no program could have is none: %j",
    (idRange) => {
        expect(parseKept(JSON.stringify({ domain: "ad.example.com", idRange }))).toBeUndefined();
        expect(parseMark(JSON.stringify({ ...mark, idRange }))?.idRange).toBe("");
    },
);

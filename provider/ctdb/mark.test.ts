import { markText, parseMark } from "./mark";

test("a mark comes back as it was written; anything else is none", () => {
    expect(parseMark(markText({ key: "urn", nonce: "a1", phase: "formed" }))).toEqual({ key: "urn", nonce: "a1", phase: "formed" });
    expect(parseMark(markText({ key: "urn", nonce: "a1" }))?.phase).toBe("forming");
    expect([undefined, "", "x", "{}", "[]", "null"].map(parseMark)).toEqual(Array(6).fill(undefined));
});

import { readMark, withMark } from "./mark";
import type { Mark } from "./mark";

const mark: Mark = {
    key: "urn:pulumi:dev::p::t::a -->{}",
    nonce: "0123456789abcdef",
    vmid: 101,
    phase: "creating",
    lease: 5,
    hostKeys: ["SHA256:abc"],
};

describe("the mark in a guest's notes", () => {
    it("comes back as it was put in, below the user's text", () => {
        const notes = withMark("Our files\nsecond line", mark);
        expect(notes.startsWith("Our files\nsecond line\n\n<!--")).toBe(true);
        expect(readMark(notes)).toEqual({ text: "Our files\nsecond line", mark });
    });

    it("survives the line end that PVE adds", () => expect(readMark(`${withMark("", mark)}\n`)).toEqual({ text: "", mark }));

    it("cannot be ended early by what is in it", () => expect(withMark("", mark).match(/-->/g)).toHaveLength(1));

    it("is not found in notes of another format or none", () => {
        expect(readMark("just notes").mark).toBeUndefined();
        expect(readMark(undefined)).toEqual({ text: "" });
        expect(readMark("<!-- pvesmb 99 {} -->").mark).toBeUndefined();
    });
});

import fc from "fast-check";
import { printable, printableTree, textsIn } from "./printable";
import { forReading, hide } from "./scrub";

test.each([
    ["a title of the window", "\u001b]0;owned\u0007ok", "\\u001b]0;owned\\u0007ok"],
    ["a line that is overwritten", "refused\rdone   ", "refused\\u000ddone   "],
    ["C1, which is ESC [ in one byte", "\u009b2J", "\\u009b2J"],
    ["text turned round", "a\u202egnp.exe\u2066", "a\\u202egnp.exe\\u2066"],
    ["NUL and DEL", "a\0b\u007f", "a\\u0000b\\u007f"],
    ["a separator of lines", "a\u2028b\u0085c", "a\\u2028b\\u0085c"],
    ["lines, tabs and other people's letters", "größe\n\tشيء 👨‍👩‍👧", "größe\n\tشيء 👨‍👩‍👧"],
    ["lines as Windows ends them", "one\r\ntwo\r\n", "one\ntwo\n"],
])("%s", (_what, text, shown) => expect(printable(text)).toBe(shown));

test("whatever comes, nothing is left that a terminal obeys, and JSON stays what it was", () => {
    const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
    const nasty = fc.string({ unit: "binary-ascii" }).chain((text) => fc.constantFrom(text, `${text}\u202e`, `\u009b${text}`));
    fc.assert(
        fc.property(nasty, (text) => {
            expect(printable(text)).not.toMatch(obeyed);
            expect(JSON.parse(printable(JSON.stringify({ text })))).toEqual({ text });
        }),
    );
});

test("a secret is taken out before its characters change", () => {
    hide("se\u001bcret-5521");
    expect(forReading("x se\u001bcret-5521 \u001b[2J")).toBe("x [secret] \\u001b[2J");
});

test("in a tree, texts and names are, but for what is known", () => {
    const mine = "mine\u202e";
    const tree = { list: ["a\u001bb", mine], "na\u0007me": { n: 1, none: undefined, no: null } };
    expect(printableTree(tree, textsIn({ comment: mine }))).toEqual({
        list: ["a\\u001bb", mine],
        "na\\u0007me": { n: 1, none: undefined, no: null },
    });
});

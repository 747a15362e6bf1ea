import { ticketsFault } from "./tickets";

const cache = Buffer.from([5, 4, 0, 12, 0, 1, 0, 8, 255, 255]).toString("base64");

test("a credential cache in Base64, with and without padding", () => {
    expect(ticketsFault(cache)).toBeUndefined();
    expect(ticketsFault(cache.replace(/=+$/, ""))).toBeUndefined();
});

test.each([
    ["nothing", ""],
    ["a password", "s3cret"],
    ["a keytab", Buffer.from([5, 2, 0, 0]).toString("base64")],
    ["a line too many", `${cache}\n`],
    ["more than there may be", Buffer.concat([Buffer.from([5, 4]), Buffer.alloc(256 * 1024)]).toString("base64")],
])("%s is none", (_, text) => {
    expect(ticketsFault(text)).toMatch(/^must /);
});

import { keytabFault } from "./keytab";

const base64 = (...bytes: number[]): string => Buffer.from(bytes).toString("base64");

test("a keytab in Base64, with or without its padding", () => {
    expect(keytabFault(base64(5, 2, 0, 0))).toBeUndefined();
    expect(keytabFault(base64(5, 2, 0, 0).replace(/=+$/, ""))).toBeUndefined();
});

test.each([
    ["nothing", ""],
    ["no key in it", base64(5, 2)],
    ["a credential cache", base64(5, 4, 0, 0)],
    ["a path", "/etc/krb5.keytab"],
    ["two lines", `${base64(5, 2, 0, 0)}\n${base64(1)}`],
    ["too much", Buffer.concat([Buffer.from([5, 2]), Buffer.alloc(256 * 1024)]).toString("base64")],
])("%s is refused", (_, text) => {
    expect(keytabFault(text)).toMatch(/^must /);
});

import fc from "fast-check";
import { flag, list, number, rows, text } from "./scalars";
import { formatPveSize, newVolume, parsePveSize } from "./size";
import { parseUpid } from "./upid";

describe("scalars in any of PVE's forms", () => {
    test.each<[unknown, number | undefined]>([
        ["101", 101],
        [101, 101],
        ["2048.5", 2048.5],
        ["", undefined],
        [null, undefined],
        ["x", undefined],
        [{}, undefined],
    ])("number %j", (given, expected) => expect(number(given)).toBe(expected));

    test.each<[unknown, boolean]>([
        [1, true],
        ["1", true],
        ["yes", true],
        ["on", true],
        [true, true],
        [0, false],
        ["0", false],
        [null, false],
        [undefined, false],
    ])("flag %j", (given, expected) => expect(flag(given)).toBe(expected));

    test("text, lists and rows", () => {
        expect([text(5), text("x"), text(null), text([])]).toEqual(["5", "x", undefined, undefined]);
        expect(list("a;b, c  d")).toEqual(["a", "b", "c", "d"]);
        expect(rows(null)).toEqual([]);
        expect(rows([{ a: 1 }, 5])).toEqual([{ a: 1 }, {}]);
    });
});

describe("sizes", () => {
    test.each([
        ["3584M", 3584 * 2 ** 20],
        ["1G", 2 ** 30],
        ["0T", 0],
        ["512", 512],
        ["1.5G", 1.5 * 2 ** 30],
    ])("%s", (given, bytes) => expect(parsePveSize(given)).toBe(bytes));

    test.each(["", "8GiB", "G", "-1", "1 000"])("'%s' is none", (given) => expect(parsePveSize(given)).toBeUndefined());

    test("the largest exact unit, and back", () => {
        expect([0, 512, 2 ** 30, 3584 * 2 ** 20, 2 ** 50].map(formatPveSize)).toEqual(["0T", "512", "1G", "3584M", "1024T"]);
        fc.assert(fc.property(fc.nat(2 ** 40), (bytes) => parsePveSize(formatPveSize(bytes)) === bytes));
    });

    test("new volumes in GiB, never smaller than asked", () => {
        expect(newVolume("local", 2 ** 32)).toBe("local:4");
        expect(newVolume("local", 512 * 2 ** 20)).toBe("local:0.5");
        expect(newVolume("local", 1)).toBe("local:0.0009765625");
    });
});

describe("UPIDs", () => {
    test.each([
        [
            "UPID:pve1:00001B8F:000387A6:6B00C2A7:vzstart:220:svc@pve!adm:",
            { node: "pve1", type: "vzstart", id: "220", user: "svc@pve!adm" },
        ],
        [
            "UPID:pve-2:000019FD:0002EF98A:6B00C121:imgdel:100@local:root@pam:",
            { node: "pve-2", type: "imgdel", id: "100@local", user: "root@pam" },
        ],
        ["UPID:pve1:000019FD:0002EF98:6B00C121:imgcopy::root@pam:", { node: "pve1", type: "imgcopy", id: "", user: "root@pam" }],
    ])("%s", (upid, parts) => expect(parseUpid(upid)).toEqual(parts));

    test.each(["", "null", "local:100/vm-100-disk-0.raw", "UPID:../x:00001B8F:000387A6:6B00C2A7:vzstart:220:u@pve:"])(
        "'%s' is none",
        (text) => expect(parseUpid(text)).toBeUndefined(),
    );
});

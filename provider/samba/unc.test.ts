import { uncOf } from "./unc";

test.each([
    ["10.86.0.60", "docs", "\\\\10.86.0.60\\docs"],
    ["fd00:86::102", "sixonly", "\\\\fd00-86--102.ipv6-literal.net\\sixonly"],
    ["fe80::1%eth0", undefined, "\\\\fe80--1seth0.ipv6-literal.net"],
    [undefined, "docs", undefined],
])("%s %s", (address, share, unc) => expect(uncOf(address, share)).toBe(unc));

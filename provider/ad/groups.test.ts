import { parseDnsEntry } from "./dns-program";
import { parseGroups } from "./groups";

const said = (stdout: string, code = 0) => ({ commands: { groups: { code, stdout, stderr: "" } } });

test("groups are what the program says, or nothing", () => {
    const groups = [{ sid: "S-1-5-21-1-2-3-513", name: "AD\\domain users", gid: 60513 }];
    expect(parseGroups(said(JSON.stringify(groups)))).toEqual(groups);
    for (const text of ["", "[", '{"sid": 1}', '[{"sid": "x", "name": null, "gid": null}]'])
        expect(parseGroups(said(text))).toBeUndefined();
    expect(parseGroups(said("[]", 1))).toBeUndefined();
});

test("an entry of the DNS program is read back; anything else is none", () => {
    expect(parseDnsEntry('{"v":1,"names":["files.ad.example.com"],"addresses":["10.0.0.5"]}')).toEqual({
        ...{ names: ["files.ad.example.com"], addresses: ["10.0.0.5"] },
    });
    for (const text of [undefined, "", "[]", '{"names":[]}', '{"names":"x"}']) expect(parseDnsEntry(text)).toBeUndefined();
});

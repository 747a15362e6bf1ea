import { globalOptionRefusal, optionRefusal } from "./share.options";

describe.each([
    ["of a share", optionRefusal],
    ["of a gateway", globalOptionRefusal],
])("a raw option %s", (_of, refusal) => {
    test.each([
        "root preexec",
        "Root Pre Exec",
        "dfree_command",
        "shell_snap:create command",
        "virusfilter:infected file command",
        "wide links",
        "lock dir",
        "include",
    ])("that runs or reads something else is refused with the way out: %s", (name) =>
        expect(refusal(name)).toMatch(/^is refused because it runs programs.* in \/etc\/samba\/pvesmb\/local\.conf/),
    );

    test.each(["strict sync", "acl allow execute always", "recycle:noversions", "vfs_x:y"])("that does not is taken: %s", (name) =>
        expect(refusal(name)).toBeUndefined(),
    );

    test.each(["", "a=b", "a\nb", " x", "[global]"])("is no option: %j", (name) =>
        expect(refusal(name)).toBe("is no name of an smb.conf option"),
    );
});

test("what a property writes is named with it", () => {
    expect(optionRefusal("ReadOnly")).toBe("is written by pvesmb; use the property `readOnly`");
    expect(globalOptionRefusal("min protocol")).toBe("is written by pvesmb; use the property `samba.minProtocol`");
});

import { doubledOption, globalOptionRefusal, optionRefusal, typedWriter } from "./refusals";
import type { Effective } from "../share/effective";

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
        expect(refusal(name)).toMatch(/^is refused because it runs programs.* into \/etc\/samba\/pvesmb\/local\.conf/),
    );

    test.each(["strict sync", "acl allow execute always", "recycle:noversions", "vfs_x:y"])("that does not is taken: %s", (name) =>
        expect(refusal(name)).toBeUndefined(),
    );

    test.each(["", "a=b", "a\nb", " x", "[global]"])("is no option: %j", (name) =>
        expect(refusal(name)).toBe("is not the name of an smb.conf option"),
    );
});

test("what a property writes is named with it", () => {
    expect(optionRefusal("ReadOnly")).toBe("is set by pvesmb; use the property `readOnly`");
    expect(globalOptionRefusal("min protocol")).toBe("is set by pvesmb; use the property `samba.minProtocol`");
});

test.each([
    ["group", optionRefusal, /^is refused because all clients would act as that account/],
    ["force user", optionRefusal, /^is refused because all clients would act as that account/],
    ["VFS  object", optionRefusal, undefined],
    ["printer", optionRefusal, undefined],
    ["Write OK", optionRefusal, "is set by pvesmb; use the property `readOnly`"],
    ["only_guest", optionRefusal, "is set by pvesmb; use the property `guest`"],
    ["group", globalOptionRefusal, /^is refused because all clients would act as that account/],
    ["vfs object", globalOptionRefusal, "is set by pvesmb; use the property `samba.macos`"],
    ["debuglevel", globalOptionRefusal, "is set by pvesmb; use the property `samba.logging`"],
    ["printcap", globalOptionRefusal, "is refused: pvesmb's gateways depend on it; leave it out"],
    ["private directory", globalOptionRefusal, /^is refused because/],
] as const)("a synonym is the option that it means: %s", (name, refusal, reason) => {
    const said = refusal(name);
    if (reason instanceof RegExp) expect(said).toMatch(reason);
    else expect(said).toBe(reason);
});

test("a typed property is the only writer of its option, by whichever name", () => {
    const share = { recycle: {}, hostsAllow: ["10.0.0.1"], caseHandling: "lower", encryptionRequired: true } as unknown as Effective;
    expect(["vfs object", "allow hosts", "casesignames", "smb encrypt"].map((name) => typedWriter(name, share))).toEqual([
        "recycle",
        "hostsAllow",
        "caseHandling",
        "encryptionRequired",
    ]);
});

test("what no property writes may stand beside one that writes the module's other options", () => {
    const share = { recycle: {}, previousVersions: {}, vetoFiles: ["Thumbs.db"] } as unknown as Effective;
    const names = ["recycle:noversions", "Recycle:MinSize", "shadow:snapprefix", "shadow:delimiter"];
    expect(names.map((name) => typedWriter(name, share))).toEqual(names.map(() => undefined));
    expect(["recycle:versions", "shadow:format", "shadow:basedir", "delete veto files"].map((name) => typedWriter(name, share))).toEqual([
        "recycle",
        "previousVersions",
        "previousVersions",
        "vetoFiles",
    ]);
    for (const previousVersions of [{ prefix: "autosnap" }, { schedule: {} }])
        expect(typedWriter("shadow:snapprefix", { previousVersions } as unknown as Effective)).toBe("previousVersions");
});

test("one option by two names is refused", () => {
    const names = ["vfs object", "strict sync", "VFS objects"];
    expect(names.map((name) => doubledOption(name, names))).toEqual([
        undefined,
        undefined,
        'is the same option as "vfs object"; keep only one',
    ]);
});

test.each([
    ["of a share", optionRefusal, "strct sync", 'is not an option of Samba; did you mean "strict sync"?'],
    ["of a share", optionRefusal, "follow_symlinks", 'is not an option of Samba; did you mean "follow symlinks"?'],
    ["of a share", optionRefusal, "xyzzy", "is not an option of Samba; smb.conf(5) lists those there are"],
    [
        "of a share",
        optionRefusal,
        "Dead Time",
        "is an option of the server as a whole, not of a share: it belongs to the gateway's `samba`",
    ],
    ["of a gateway", globalOptionRefusal, "deadtiem", 'is not an option of Samba; did you mean "deadtime"?'],
    ["of a gateway", globalOptionRefusal, "hide dott files", 'is not an option of Samba; did you mean "hide dot files"?'],
])("a raw option %s that no Samba knows is refused before anything is asked: %j", (_of, refusal, name, reason) =>
    expect(refusal(name)).toBe(reason),
);

test.each(["dead time", "DEADTIME", "server addresses", "smb3 share cap:continuous availability"])(
    "one that some Samba knows is not: %s",
    (name) => expect(globalOptionRefusal(name)).toBeUndefined(),
);

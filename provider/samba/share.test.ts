import fc from "fast-check";
import { shareName, configText } from "../model/text";
import { tightened } from "./access";
import { fragmentPath } from "./paths";
import { parseOwner, parseShare, renderProbe, renderShare } from "./share";
import type { ShareSection } from "./share";
import { option, parseSections } from "./text";

const share: ShareSection = {
    name: "docs",
    path: "/srv/pvesmb/docs",
    comment: "Documents",
    enabled: true,
    readOnly: false,
    browseable: true,
    guest: false,
    access: [
        { user: "alice", level: "full" },
        { group: "staff", level: "read" },
    ],
    createMask: "0664",
    directoryMask: "0775",
    settings: [],
    modules: { plain: "", macos: "fruit streams_xattr" },
    homes: false,
    links: {},
    options: {},
};
const owner = { key: "urn:pulumi:dev::files::pvesmb:SmbShare::docs", nonce: "0123456789abcdef" };

describe("a share's fragment", () => {
    it("says who may connect and who may only read", () => {
        expect(renderShare(share, owner)).toContain("valid users = +staff, alice");
        expect(renderShare(share, owner)).toContain("read list = +staff");
    });

    it("reads back as what was written", () => {
        expect(parseShare(renderShare(share, owner), share)).toEqual({ ...share, access: expect.arrayContaining(share.access) as unknown });
        expect(parseOwner(renderShare(share, owner))).toEqual(owner);
    });

    it("lets nobody in when access is empty, and still reads back as enabled", () => {
        const closed = { ...share, access: [] };
        expect(renderShare(closed, owner)).toContain("available = no");
        expect(parseShare(renderShare(closed, owner), closed)).toEqual(closed);
    });

    it("opens the server to guests only for a guest share", () => {
        expect(renderShare(share, owner)).not.toContain("map to guest");
        const guest = { ...share, guest: true, access: [] };
        expect(
            parseSections(renderShare(guest, owner))
                .find((each) => each.name === "global")
                ?.options.get("maptoguest"),
        ).toBe("bad user");
        expect(parseShare(renderShare(guest, owner), guest)).toEqual(guest);
    });

    it("shows a hand edit in the property it belongs to", () => {
        const edited = renderShare(share, owner)
            .replace("comment = Documents", "comment = Hacked")
            .replace("read list = +staff\n", "read list = \n");
        const found = parseShare(edited, share);
        expect(found?.comment).toBe("Hacked");
        expect(found?.access).toContainEqual({ group: "staff", level: "change" });
    });

    it("keeps raw options out of the access of the proof", () => {
        const probe = renderProbe({ ...share, options: { "vfs objects": "recycle" } });
        expect(probe).toContain("vfs objects = recycle");
        expect(probe).not.toContain("valid users");
    });
});

describe("config text", () => {
    it("never lets an accepted name, comment or option escape its value", () => {
        const text = configText(256);
        fc.assert(
            fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.string({ unit: "binary", maxLength: 60 }), (name, comment) => {
                fc.pre(shareName().safeParse(name).success && text.safeParse(comment).success);
                const wanted = { ...share, name, comment };
                const sections = parseSections(renderShare(wanted, owner));
                expect(sections).toHaveLength(1);
                expect(sections[0]?.name).toBe(name);
                expect(sections[0]?.options.get("comment") ?? "").toBe(comment);
            }),
            { numRuns: 10_000 },
        );
    });

    it.each(["a\nb", "a\rb", "a\u0000", "%U", "ends in \\", " leading", "trailing "])("refuses %j", (value) => {
        expect(() => option("comment", value)).toThrow(/cannot hold/);
    });

    it("refuses an option's name that is none", () => {
        expect(() => option("a\nb", "x")).toThrow(/no option/);
    });
});

describe("tightening", () => {
    it("concerns those who lose rights and nobody else", () => {
        const before = [
            { user: "alice", level: "full" },
            { user: "bob", level: "change" },
            { group: "staff", level: "read" },
        ] as const;
        const after = [
            { user: "alice", level: "read" },
            { user: "bob", level: "full" },
        ] as const;
        expect(tightened(before, after)).toEqual([
            { user: "alice", level: "full" },
            { group: "staff", level: "read" },
        ]);
    });
});

it("gives two shares one file only if Samba takes their names for the same", () => {
    expect(fragmentPath("Docs")).toBe(fragmentPath("docs"));
    expect(fragmentPath("a b")).not.toBe(fragmentPath("a%20b"));
    expect(fragmentPath("../x")).toBe("/etc/samba/pvesmb/shares.d/%2e%2e%2Fx.conf");
});

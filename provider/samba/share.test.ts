import fc from "fast-check";
import { shareName, configText } from "../model/text";
import { shareModel } from "../model";
import type { ShareInputs } from "../model";
import { filled } from "../model/schema";
import { effective } from "../model/share/effective";
import { openings, passwordOpening, served } from "./assembly";
import { fragmentPath, openingPath, SAMBA } from "./paths";
import { parseOwner, renderProbe, renderShare, settingDrift, shareIn } from "./share";
import type { ShareSection } from "./share";
import { settingLines } from "./share-lines";
import { files } from "./store/files";
import { option, parseSections } from "./text";
import { shareSection } from "../../test/support/share-section";

const share = shareSection({
    comment: "Documents",
    access: [
        { user: "alice", level: "full" },
        { group: "staff", level: "read" },
    ],
    modules: { plain: "", macos: "fruit streams_xattr" },
});
const owner = { key: "urn:pulumi:dev::files::pvesmb:SmbShare::docs", nonce: "0123456789abcdef" };
const parsed = (fragment: string, expected: ShareSection): ShareSection | undefined => shareIn(parseSections(fragment), expected);

describe("a share's fragment", () => {
    it("says who may connect and who may only read", () => {
        expect(renderShare(share, owner)).toContain("valid users = +staff, alice");
        expect(renderShare(share, owner)).toContain("read list = +staff");
    });

    it("lets those write who may by one entry though another one only lets them read", () => {
        expect(renderShare(share, owner)).toContain("write list = alice\n");
        expect(renderShare({ ...share, readOnly: true }, owner)).not.toContain("write list");
        expect(renderShare({ ...share, access: [{ user: "alice", level: "full" }] }, owner)).not.toContain("write list");
    });

    it.each([
        ["taken away", (text: string) => text.replace("\twrite list = alice\n", ""), "access: write list = (missing) instead of alice"],
        [
            "widened",
            (text: string) => text.replace("write list = alice", "write list = alice, bob"),
            "access: write list = alice, bob instead of alice",
        ],
    ])("names a write list that was %s by hand", (_what, edit, drift) => {
        const found = parsed(edit(renderShare(share, owner)), share);
        expect(found === undefined ? [] : settingDrift(found, share)).toEqual([drift]);
    });

    it("reads back as what was written", () => {
        expect(parsed(renderShare(share, owner), share)).toEqual({ ...share, access: expect.arrayContaining(share.access) as unknown });
        expect(parseOwner(renderShare(share, owner))).toEqual(owner);
    });

    it("lets nobody in when access is empty, and still reads back as enabled", () => {
        const closed = { ...share, access: [] };
        expect(renderShare(closed, owner)).toContain("available = no");
        expect(parsed(renderShare(closed, owner), closed)).toEqual(closed);
    });

    it("opens the server to guests only for a guest share, behind all shares, which go on to be encrypted", () => {
        expect(renderShare(share, owner)).not.toContain("map to guest");
        const settings = settingLines(effective(filled(shareModel.inputs, { guest: true }) as ShareInputs));
        const guest = { ...share, guest: true, access: [], settings };
        const text = renderShare(guest, owner);
        expect(parseSections(text).map(({ name, options }) => [name, options.get("serversmbencrypt")])).toEqual([["docs", "if_required"]]);
        expect(served(text, false)).not.toContain("#guests");
        const files = { [fragmentPath("docs")]: text, [openingPath("anna")]: passwordOpening };
        const told = (more = {}): [string, string][] =>
            parseSections(openings({ ...files, ...more })).flatMap(({ options }) => [...options]);
        // In Samba the last one counts.
        expect(told()).toEqual([
            ["restrictanonymous", "1"],
            ["serversmbencrypt", "if_required"],
            ["maptoguest", "bad user"],
            ["restrictanonymous", "0"],
            ["serversmbencrypt", "if_required"],
        ]);
        expect(told({ [SAMBA.noGuests]: "" }).map(([, value]) => value)).toEqual(["1", "if_required"]);
        expect(told({ [SAMBA.noGuests]: "", [SAMBA.noAnonymous]: "" })).toEqual([]);
        expect(parsed(text, guest)).toEqual(guest);
    });

    it("ends the processes that answer lists when guests come or go", () => {
        expect(files.activate(false)).toContainEqual(
            expect.objectContaining({ ifChanged: "guests", argv: ["smbcontrol", "samba-dcerpcd", "shutdown"] }),
        );
    });

    it("shows a hand edit in the property it belongs to", () => {
        const edited = renderShare(share, owner)
            .replace("comment = Documents", "comment = Hacked")
            .replace("read list = +staff\n", "read list = \n");
        const found = parsed(edited, share);
        expect(found?.comment).toBe("Hacked");
        expect(found?.access).toContainEqual({ group: "staff", level: "change" });
    });

    it("keeps raw options out of the access of the proof", () => {
        const probe = renderProbe({ ...share, options: { "vfs objects": "recycle" } });
        expect(probe).toContain("vfs objects = recycle");
        expect(probe).not.toContain("valid users");
    });
});

test("the private instance proves a share on loopback, whatever addresses it is served on", () => {
    const options = { "Server Addresses": "10.0.0.5", "strict sync": "no" };
    expect(renderShare({ ...share, options }, owner)).toContain("Server Addresses = 10.0.0.5");
    expect(renderProbe({ ...share, options })).toContain("strict sync = no");
    expect(renderProbe({ ...share, options })).not.toContain("10.0.0.5");
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
            { numRuns: 3000 }, // test/e2e/hostile-text.test.ts runs ten thousand through Samba itself.
        );
    });

    it.each(["a\nb", "a\rb", "a\u0000", "%U", "ends in \\", " leading", "trailing ", "two  blanks", '"quoted"', 'end"', "\ud800"])(
        "refuses %j",
        (value) => {
            expect(() => option("comment", value)).toThrow(/cannot hold/);
            expect(configText(256).safeParse(value).success).toBe(false);
        },
    );

    it.each(['He said "no"', "# ; = [x]", "a\\b", "ä 😀"])("takes %j", (value) => {
        expect(option("comment", value)).toBe(`\tcomment = ${value}\n`);
        expect(configText(256).safeParse(value).success).toBe(true);
    });

    it("quotes the words of a list, and refuses them like any value", () => {
        expect(option("recycle:exclude", { words: ["*.tmp", "a b", "c,d"] })).toBe('\trecycle:exclude = *.tmp, "a b", "c,d"\n');
        expect(() => option("recycle:exclude", { words: ["a", "b  c"] })).toThrow(/cannot hold/);
    });

    it.each(["globals", "Globals", "two  blanks", "\udfff"])("refuses the name %j", (name) => {
        expect(shareName().safeParse(name).success).toBe(false);
    });

    it("refuses an option's name that is none", () => {
        expect(() => option("a\nb", "x")).toThrow(/no option/);
    });
});

it("gives two shares one file only if Samba takes their names for the same", () => {
    expect(fragmentPath("Docs")).toBe(fragmentPath("docs"));
    expect(fragmentPath("a b")).not.toBe(fragmentPath("a%20b"));
    // Samba, unlike JavaScript, maps a final sigma like any other letter.
    expect(fragmentPath("ΑΣ")).toBe(fragmentPath("ασ"));
    expect(fragmentPath("ας")).not.toBe(fragmentPath("ασ"));
    const [long, longer] = ["中".repeat(79), "中".repeat(80)];
    expect(fragmentPath(long)).not.toBe(fragmentPath(longer));
    expect(fragmentPath(longer).split("/").at(-1)?.length).toBeLessThan(256);
    expect(fragmentPath("../x")).toBe("/etc/samba/pvesmb/shares.d/%2e%2e%2Fx.conf");
});

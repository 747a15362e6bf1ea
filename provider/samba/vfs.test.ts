import fc from "fast-check";
import { shareModel } from "../model";
import type { ShareInputs } from "../model";
import { effective } from "../model/share/effective";
import { filled } from "../model/schema";
import { copied, samples } from "../../test/support/samples";
import { expiryOf, expiryText } from "./recycle";
import { renderShare } from "./share";
import { settingLines } from "./share-lines";
import { parseSections, valueText } from "./text";
import { moduleLists } from "./vfs";
import { sectionOf } from "../resources/share/section";

const share = (given: object) => effective(filled(shareModel.inputs, { name: "docs", ...given }) as ShareInputs);
const lines = (given: object): Record<string, string> =>
    Object.fromEntries(settingLines(share(given)).map(({ name, value }) => [name, valueText(value)]));

describe("vfs objects", () => {
    it("stand in the one order that works, whatever is asked for", () => {
        expect(moduleLists(share({ recycle: {}, timeMachine: {}, audit: {}, catia: {}, previousVersions: {} })).plain).toBe(
            "full_audit catia fruit streams_xattr shadow_copy2 recycle",
        );
    });

    it("are those of macOS only where the gateway or the share says so", () => {
        expect(moduleLists(share({}))).toEqual({ plain: "", macos: "fruit streams_xattr" });
        expect(moduleLists(share({ recycle: {} }))).toEqual({ plain: "recycle", macos: "fruit streams_xattr recycle" });
        expect(moduleLists(share({ macos: true }))).toEqual({ plain: "fruit streams_xattr", macos: "fruit streams_xattr" });
        expect(moduleLists(share({ macos: false }))).toEqual({ plain: "", macos: "" });
    });
});

describe("settings", () => {
    it("that are left out write nothing", () => {
        expect(settingLines(share({}))).toEqual([]);
    });

    it("of a recycle bin", () => {
        expect(lines({ recycle: { maxSize: "1GiB", exclude: ["*.tmp", "a b"], keepTree: false } })).toEqual({
            "recycle:repository": ".recycle/%U",
            "recycle:directory_mode": "0700",
            "recycle:keeptree": "no",
            "recycle:versions": "yes",
            "recycle:touch": "yes",
            "recycle:exclude": '*.tmp, "a b"',
            "recycle:maxsize": String(2 ** 30),
        });
    });

    it("name only operations that Samba 4.17 to 4.22 all have", () => {
        const gone = ["fsync", "seekdir", "telldir"];
        const all = ["connect", "open", "read", "write", "mkdir", "rename", "delete", "permissions"];
        const named = lines({ audit: { success: all } })["full_audit:success"]?.split(" ") ?? [];
        expect(named.length).toBeGreaterThan(10);
        expect(named.filter((name) => gone.includes(name))).toEqual([]);
        expect(lines({ audit: { success: [] } })["full_audit:success"]).toBe("none");
    });

    it("of snapshots by schedule follow from where they are", () => {
        const section = (folder: string, more = {}): Record<string, string> => {
            const inputs = filled(shareModel.inputs, { name: "docs", previousVersions: { schedule: {} }, ...more }) as ShareInputs;
            const { settings } = sectionOf(inputs, "/srv/pvesmb/docs", { id: "n1", snapshotFolder: folder });
            return Object.fromEntries(settings.map(({ name, value }) => [name, valueText(value)]));
        };
        expect(section(".zfs/snapshot")).toEqual({
            "shadow:snapdir": ".zfs/snapshot",
            "shadow:format": "pvesmb-n1-%Y.%m.%d-%H.%M.%S",
            "shadow:localtime": "no",
            "shadow:sort": "desc",
        });
        expect(section(".snapshots", { vetoFiles: ["*.exe"] })["veto files"]).toBe("/*.exe/.snapshots/");
    });

    it("of snapshots whose names have more before the time say how to find it", () => {
        const found = (prefix: string, format: string): (string | undefined)[] => {
            const all = lines({ previousVersions: { folder: ".zfs/snapshot", prefix, format } });
            return ["snapprefix", "delimiter", "format"].map((name) => all[`shadow:${name}`]);
        };
        expect(found("autosnap", "_%Y-%m-%d_%H:%M:%S")).toEqual(["^autosnap", "_20", "_%Y-%m-%d_%H:%M:%S"]);
        expect(found("auto.x", "%y%m%d%H%M%S")).toEqual(["^auto[.]x", "2", "%y%m%d%H%M%S"]);
        expect(lines({ previousVersions: {} })).not.toHaveProperty("shadow:snapprefix");
    });

    it("names the share of an audit as it is called, where Samba would change its name", () => {
        const prefix = (name: string, more = {}) => lines({ name, audit: {}, ...more })["full_audit:prefix"];
        expect(["docs", "scan$", "Jo's", "ä b"].map((name) => prefix(name))).toEqual(["%u|%I|%S", "%u|%I|scan$", "%u|%I|Jo's", "%u|%I|%S"]);
        expect(prefix("folk$", { homes: true })).toBe("%u|%I|%S");
    });

    it("let a folder go with the litter in it, and with nothing else that nobody sees", () => {
        const goes = (given: object) => lines(given)["delete veto files"];
        expect(goes({ purpose: "media" })).toBe("yes");
        expect(goes({ vetoFiles: ["Thumbs.db"] })).toBe("yes");
        expect(goes({ purpose: "media", vetoFiles: [".DS_Store", "*.part"] })).toBeUndefined();
        expect(goes({})).toBeUndefined();
    });

    it("of case, locking and views", () => {
        expect(lines({ caseHandling: "lower", oplocks: false, vetoFiles: ["b", "*.exe"] })).toEqual({
            "case sensitive": "yes",
            "default case": "lower",
            "preserve case": "no",
            "short preserve case": "no",
            oplocks: "no",
            "level2 oplocks": "no",
            "veto files": "/*.exe/b/",
        });
    });
});

describe("masks", () => {
    it.each([
        [{}, false],
        [{ purpose: "media" }, false],
        [{ purpose: "dropBox" }, false],
        [{ purpose: "homes" }, true],
        [{ createMask: "0644" }, true],
        [{ directoryMask: "0755" }, true],
        [{ createMask: "0660", directoryMask: "2770" }, false],
    ])("%j would cut the rights of a default ACL: %s", (given, cut) => {
        expect(lines(given)["inherit acls"]).toBe(cut ? "yes" : undefined);
    });
});

describe("a purpose", () => {
    it("sets defaults, and what the program says stands", () => {
        expect(share({ purpose: "dropBox" })).toMatchObject({ mode: "1770", createMask: "0770", hideUnreadable: true });
        expect(share({ purpose: "dropBox", mode: "0770", hideUnreadable: false })).toMatchObject({ mode: "0770", hideUnreadable: false });
        expect(share({})).toMatchObject({ mode: "0770", createMask: "0764", directoryMask: "0775", browseable: true });
    });

    it("never gives what the share's own check refuses", () => {
        const purposes = shareModel.inputs.shape.purpose.unwrap().options;
        for (const purpose of purposes) expect(shareModel.inputs.partial().safeParse(copied(share({ purpose }))).error).toBeUndefined();
    });
});

it("gives every share that passes check one section, each option once", () => {
    const [, , any] = samples.find(([kind]) => kind === "SmbShare") ?? [];
    if (!any) throw new Error("no samples");
    fc.assert(
        fc.property(any, (given) => {
            const inputs = filled(shareModel.inputs, given) as ShareInputs;
            const text = renderShare(sectionOf(inputs, "/srv/pvesmb/x", { id: "n" }), { key: "k", nonce: "n" });
            const active = text.replaceAll(/^#macos .*\n/gm, "");
            const [section, ...more] = parseSections(active).filter(({ name }) => name !== "global");
            expect(more).toEqual([]);
            expect(active.split("\n").filter((line) => line.startsWith("\t"))).toHaveLength(section?.options.size ?? 0);
        }),
        { numRuns: 500 },
    );
});

it("quotes and escapes the folder whose files expire", () => {
    expect(expiryText("/srv/pvesmb/a b/.recycle", "30d")).toBe('e "/srv/pvesmb/a b/.recycle" - - - 30d\n');
    expect(expiryOf('/srv/pvesmb/[x]*"', { path: ".r", keepFor: "1d" })).toBe('e "/srv/pvesmb/[[]x][*]\\"/.r" - - - 1d\n');
    expect(expiryOf("/srv/pvesmb/folk", { path: ".r", keepFor: "1d", homes: true })).toBe('e "/srv/pvesmb/folk/*/.r" - - - 1d\n');
    expect(expiryOf("/srv/pvesmb/folk", { path: ".r", homes: true })).toBeUndefined();
});

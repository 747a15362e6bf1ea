import type { GatherResult } from "../../hosts/batch";
import { gatewayBatch } from "../batch";
import { CLUSTER_PART, partPath } from "../config/part";
import { SAMBA } from "../paths";
import { ON_MACOS } from "../assembly";
import { renderShare } from "../share";
import type { FragmentOwner } from "../share";
import { discardCheckUnit, shareCheckUnit, shareRemovalUnit, shareUnit } from "../share-unit";
import { parseSections } from "../text";
import { files } from "./files";
import type { ShareStore } from "./store";
import { shareSection } from "../../../test/support/share-section";

const share = shareSection({
    name: "Docs",
    access: [{ group: "staff", level: "full" }],
    modules: { plain: "", macos: "fruit streams_xattr" },
});
const root = { owner: "root", group: "root", mode: "0770", mounted: false, acl: [], once: false, recursive: true };
const owner: FragmentOwner = { key: "urn:docs", nonce: "0123456789abcdef" };
const look = (found: Record<string, string>, commands: GatherResult["commands"] = {}): GatherResult => ({
    files: found,
    stat: {},
    statvfs: {},
    commands,
    ms: 0,
});

describe("files", () => {
    const path = `${SAMBA.fragments}/docs.conf`;
    const text = renderShare(share, owner);
    const global = "[global]\n\tdfree command = /x\n";
    const part = { [partPath("dfree")]: global };
    const assembled = text.replace(new RegExp(`^${ON_MACOS}.*\n`, "m"), "");

    it("find a share by its name as Samba compares names, and by its owner", () => {
        const seen = look({ ...part, [path]: text });
        expect([files.named(seen, "DOCS")?.place, files.of(seen, owner.nonce)?.owner, files.named(seen, "other")]).toEqual([
            path,
            owner,
            undefined,
        ]);
        const stored = files.named(seen, "docs");
        expect([stored?.writtenAs(share, owner), stored?.writtenAs(share, { ...owner, key: "urn:other" })]).toEqual([true, false]);
        expect(stored?.sections.map(({ name }) => name)).toEqual(["Docs"]);
    });

    it("say where smbd is served another share than is stored, and what nobody has stored", () => {
        const served = (shares: string, more: Record<string, string> = {}): GatherResult =>
            look({ ...part, [path]: text, [SAMBA.shares]: shares, ...more });
        const drift = (seen: GatherResult): unknown => files.named(seen, "docs")?.servedDrift("Docs", seen);
        expect(drift(served(text))).toEqual([]);
        expect(drift(served(text.replace("read only = no", "read only = yes")))).toEqual([
            `${SAMBA.shares}: [Docs] read only = yes instead of no`,
        ]);
        expect(String(drift(served("")))).toBe(`${SAMBA.shares}: section [Docs] missing`);
        // A gateway with samba.macos serves the other module list.
        expect(drift(served(text.replace(ON_MACOS, ""), { [SAMBA.macos]: "" }))).toEqual([]);
        expect(drift(served(assembled, { [SAMBA.macos]: "" }))).toEqual([
            `${SAMBA.shares}: [Docs] vfs objects = (missing) instead of fruit streams_xattr`,
        ]);
        const foreign = served(`${global}${text}[added]\n\tpath = /\n`);
        expect(files.foreign(foreign)).toEqual([`${SAMBA.shares}: section [added] added by hand`]);
    });
});

/** A sketch of a store for clusters: shares are in Samba's registry, which only commands change, and each has its owner as an option. */
const LIST = "net conf list";
const registry: ShareStore = {
    prepare: [],
    config: [["registry shares", true]],
    same: (a, b) => a.toLowerCase() === b.toLowerCase(),
    owned: (name, claim, message) => [
        {
            do: "run",
            argv: ["net", "conf", "getparm", name, "pvesmb:owner"],
            failIf: `^(?!.*${claim})`,
            ok: [0, 255],
            changes: false,
            message,
        },
    ],
    put: (wanted, { nonce }) => [
        { do: "run", id: "share-before", argv: ["net", "conf", "showshare", wanted.name], ok: [0, 255], changes: false },
        {
            do: "run",
            argv: ["net", "conf", "import", "/dev/stdin", wanted.name],
            stdin: `[${wanted.name}]\npath = ${wanted.path}\npvesmb:owner = ${nonce}\n`,
            undo: ["net", "conf", "import", "/dev/stdin", wanted.name],
            undoStdin: { value: "share-before" },
        },
    ],
    drop: (name) => [
        { do: "run", id: "share-before", argv: ["net", "conf", "showshare", name], ok: [0, 255], changes: false },
        {
            do: "run",
            argv: ["net", "conf", "delshare", name],
            undo: ["net", "conf", "import", "/dev/stdin", name],
            undoStdin: { value: "share-before" },
        },
    ],
    assemble: [],
    activate: () => [{ do: "run", argv: ["smbcontrol", "all", "reload-config"] }],
    look: { commands: [{ name: LIST, argv: ["net", "conf", "list"] }] },
    servedLook: {},
    all: ({ commands }) =>
        parseSections(commands[LIST]?.stdout ?? "").map((section) => ({
            place: `the registry, share ${section.name}`,
            owner: { key: "", nonce: section.options.get("pvesmb:owner") ?? "" },
            sections: [section],
            writtenAs: () => true,
            servedDrift: () => [],
        })),
    named: (seen, name) => registry.all(seen).find(({ sections }) => registry.same(sections[0]?.name ?? "", name)),
    of: (seen, nonce) => registry.all(seen).find((each) => each.owner?.nonce === nonce),
    foreign: () => [],
    others: (kind, holds) => ({ kind, from: "/run/pvesmb/registry", suffix: ".conf", name: "^\\[(.*)\\]$", path: "^path = (.*)$", holds }),
    own: () => ({ files: [] }),
};

it("all that shares do goes through the store: one that works by commands takes the files' place", () => {
    const renamed = { ...share, name: "Papers" };
    const units = [
        shareUnit(share, root, owner, owner.key, undefined, registry),
        shareUnit(renamed, root, owner, owner.nonce, { section: share, root }, registry),
        shareRemovalUnit(share, owner.nonce, { remove: true, discards: true }, registry),
        shareCheckUnit(share, root, owner, registry),
        discardCheckUnit(share, owner.nonce, registry),
    ];
    const batch = gatewayBatch("nonce", "00", registry)(units);
    // A part of [global] is no share, and has its file in any case.
    const text = JSON.stringify(batch).replaceAll(partPath(CLUSTER_PART), "");
    for (const place of [SAMBA.fragments, SAMBA.shares]) expect(text).not.toContain(place);
    expect(batch.commit).toEqual(registry.activate(true));
    const changes = batch.units
        .flatMap(({ steps }) => steps)
        .filter((step) => step.do === "run" && /"(import|delshare)"/.test(JSON.stringify(step.argv)));
    expect(changes.length).toBe(4);
    for (const change of changes) expect(change).toHaveProperty("undo");
    const seen = look({}, { [LIST]: { code: 0, stdout: "[Docs]\n\tpath = /x\n\tpvesmb:owner = abc\n", stderr: "" } });
    expect([registry.named(seen, "docs")?.owner?.nonce, registry.of(seen, "abc")?.place]).toEqual(["abc", "the registry, share Docs"]);
});

import type { GatherResult } from "../../hosts/batch";
import { onceSeen } from "../../hosts/looks";
import { ownedBy } from "../../hosts/steps";
import { announcement, announcementIn } from "../announce";
import { followers, assembly, openings, served } from "../assembly";
import { sectionDrift, textDrift } from "../drift";
import { fragmentPath, SAMBA } from "../paths";
import { reload, TOLD } from "../reload";
import { parseOwner, renderShare } from "../share";
import { parseSections } from "../text";
import type { Section } from "../text";
import type { ShareStore, Stored } from "./store";

const SUFFIX = ".conf";
const FILES = `${SAMBA.fragments}/*${SUFFIX}`;

const assembled = (look: GatherResult): string => look.files[SAMBA.shares] ?? "";

const all = onceSeen(({ files }) => {
    const own = Object.entries(files).filter(([path]) => path.startsWith(`${SAMBA.fragments}/`));
    return new Map(own.map(([path, text]) => [path, stored(path, text)]));
});

const byNonce = onceSeen((look) => new Map([...all(look).values()].map((each) => [each.owner?.nonce, each])));

function stored(place: string, text: string): Stored {
    let sections: Stored["sections"] | undefined;
    return {
        place,
        owner: parseOwner(text),
        get sections() {
            return (sections ??= parseSections(text));
        },
        writtenAs: (share, owner) => text === renderShare(share, owner),
        servedDrift(name, look) {
            const active = served(text, look.files[SAMBA.macos] !== undefined);
            if (assembled(look).includes(active.trim())) return [];
            const [wanted, found] = [active, assembled(look)].map((each) => parseSections(each).filter((section) => section.name === name));
            return sectionDrift(SAMBA.shares, wanted ?? [], found ?? []);
        },
    };
}

/**
 * One file per share. smb.conf includes a file assembled from all of them, from the parts of [global] beside them, and from what users
 * need.
 */
export const files: ShareStore = {
    prepare: [
        { do: "directory", path: SAMBA.fragments, mode: "0755" },
        { do: "run", argv: ["touch", SAMBA.shares], unless: ["test", "-e", SAMBA.shares] },
    ],
    config: [["include", SAMBA.shares]],

    same: (a, b) => fragmentPath(a) === fragmentPath(b),
    owned: (name, claim, message) => [ownedBy(fragmentPath(name), claim, message)],
    put: (share, owner) => [{ do: "write", path: fragmentPath(share.name), content: renderShare(share, owner), mode: "0644" }],
    drop: (name) => [{ do: "remove", path: fragmentPath(name) }],
    assemble: [assembly],
    activate: (awaited) => [assembly, ...reload(awaited), ...followers(TOLD), announcement],

    look: { files: [FILES] },
    servedLook: {
        files: [SAMBA.shares, SAMBA.announcement, SAMBA.macos, SAMBA.noGuests, SAMBA.noAnonymous, `${SAMBA.accounts}/*${SUFFIX}`],
    },
    all: (look) => [...all(look).values()],
    named: (look, name) => all(look).get(fragmentPath(name)),
    of: (look, nonce) => byNonce(look).get(nonce),
    foreign(look) {
        const stored = [...all(look).values()].flatMap(({ sections }) => sections);
        const found = parseSections(assembled(look));
        const own = new Set(stored.map(({ name }) => name));
        const foreign = new Set(found.flatMap(({ name }) => (own.has(name) || name === GLOBAL ? [] : [name])));
        const [wanted, told] = [[...stored, ...parseSections(openings(look.files))], found].map(globalOf);
        const same =
            JSON.stringify(wanted?.map(({ options }) => [...options].sort())) ===
            JSON.stringify(told?.map(({ options }) => [...options].sort()));
        return [
            ...textDrift(SAMBA.announcement, announcementIn(look.files), look.files[SAMBA.announcement]),
            ...[...foreign].map((name) => `${SAMBA.shares}: section [${name}] added by hand`),
            ...(same ? [] : sectionDrift(SAMBA.shares, wanted ?? [], told ?? [])),
        ];
    },

    others: (kind, holds) => ({
        kind,
        from: SAMBA.fragments,
        suffix: SUFFIX,
        name: "^\\[(?!global\\])(.*)\\]$",
        path: "^\\s*path\\s*=\\s*(.*?)(/%S)?\\s*$",
        holds,
    }),
    own: (names) => ({ files: [...new Set(names.map(fragmentPath))] }),
};

const GLOBAL = "global";

/** All [global] options as one section: the last value counts. */
function globalOf(sections: readonly Section[]): Section[] {
    const all = sections.filter(({ name }) => name === GLOBAL);
    const joined = (pick: "options" | "spelling"): Map<string, string> => new Map(all.flatMap((each) => [...each[pick]]));
    return all.length === 0 ? [] : [{ name: GLOBAL, options: joined("options"), spelling: joined("spelling") }];
}

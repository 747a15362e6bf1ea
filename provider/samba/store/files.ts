import type { GatherResult } from "../../hosts/batch";
import { onceSeen } from "../../hosts/looks";
import { ownedBy } from "../../hosts/steps";
import { sectionDrift } from "../drift";
import { fragmentPath, SAMBA } from "../paths";
import { reload } from "../reload";
import { ON_MACOS, parseOwner, renderShare } from "../share";
import { parseSections } from "../text";
import type { ShareStore, Stored } from "./store";

const SUFFIX = ".conf";
const FILES = `${SAMBA.fragments}/*${SUFFIX}`;

const served = (look: GatherResult): string => look.files[SAMBA.shares] ?? "";

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
            const active = look.files[SAMBA.macos] === undefined ? text : text.replaceAll(ON_MACOS, "");
            if (served(look).includes(active.trim())) return [];
            const [wanted, found] = [active, served(look)].map((each) => parseSections(each).filter((section) => section.name === name));
            return sectionDrift(SAMBA.shares, wanted ?? [], found ?? []);
        },
    };
}

/** One file per share; a file that smb.conf includes is assembled from all of them, and from the parts of [global] beside them. */
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
    activate: (awaited) => [
        {
            do: "assemble",
            from: SAMBA.fragments,
            suffix: SUFFIX,
            to: SAMBA.shares,
            header: "# Assembled by pvesmb from shares.d; edit neither.\n",
            mode: "0644",
            reveal: { prefix: ON_MACOS, if: SAMBA.macos },
        },
        ...reload(awaited),
    ],

    look: { files: [FILES] },
    servedLook: { files: [SAMBA.shares, SAMBA.macos] },
    all: (look) => [...all(look).values()],
    named: (look, name) => all(look).get(fragmentPath(name)),
    of: (look, nonce) => byNonce(look).get(nonce),
    foreign(look) {
        const own = new Set([...all(look).values()].flatMap(({ sections }) => sections.map(({ name }) => name)));
        const others = new Set(
            parseSections(served(look))
                .map(({ name }) => name)
                .filter((name) => !own.has(name)),
        );
        return [...others].map((name) => `${SAMBA.shares}: section [${name}] added by hand`);
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

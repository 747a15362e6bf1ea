import type { Step } from "../hosts/batch";
import type { ShareSection } from "./share";
import type { ShareRoot } from "./share-root";
import { shareRemovalUnit, shareUnit } from "./share-unit";

const share: ShareSection = {
    name: "docs",
    path: "/srv/pvesmb/docs",
    comment: "",
    enabled: true,
    readOnly: true,
    browseable: true,
    guest: false,
    access: [{ user: "bob", level: "read" }],
    createMask: "0764",
    directoryMask: "0775",
    settings: [],
    modules: { plain: "", macos: "" },
    homes: false,
    links: {},
    options: {},
};
const root: ShareRoot = { owner: "root", group: "root", mode: "0770", mounted: false, acl: [], once: false, recursive: false };
const owner = { key: "urn::docs", nonce: "0123456789abcdef" };
const steps = (more: Partial<ShareRoot> = {}, before?: Parameters<typeof shareUnit>[4], wanted = share): Step[] =>
    shareUnit(wanted, { ...root, ...more }, owner, owner.nonce, before).steps;
const aparts = (all: Step[]) => all.flatMap((step) => (step.do === "apart" ? [step] : []));

it("refuses an overlap before anything is written, when the share is made, moved, or begins to say something of the directory", () => {
    const made = steps();
    expect(made.findIndex(({ do: does }) => does === "apart")).toBeLessThan(
        made.findIndex(({ do: does }) => does === "directory" || does === "write"),
    );
    const settled = { section: share, root };
    const refuses = (all: Step[]): string[][] => aparts(all).map(({ refuse }) => Object.keys(refuse));
    expect(refuses(made)).toEqual([["same", "inside", "around", "twice"]]);
    expect(refuses(steps({}, settled))).toEqual([[]]);
    expect(refuses(steps({}, { section: { ...share, path: "/srv/pvesmb/papers" }, root }))).toEqual([
        ["same", "inside"],
        ["same", "inside", "around", "twice"],
    ]);
    expect(refuses(steps({}, { section: share, root: { ...root, view: true } }))).toEqual([["same", "inside", "around", "twice"]]);
});

it("leaves the directory alone where a view shows another's, and moves no other's files", () => {
    const touching = (all: Step[]): Step[] =>
        all.filter((step) => step.do === "rename" || (step.do === "directory" && step.path === share.path));
    const was = { section: { ...share, path: "/srv/pvesmb/papers" }, root: { ...root, view: true } };
    const view = touching(steps({ view: true }, was));
    expect(view.map((step) => step.ifEmpty)).toEqual([["whose before", "whose"], ["whose"]]);
    const [before, now] = aparts(steps({ view: true }, was));
    expect([before?.id, now?.id]).toEqual(["whose before", "whose"]);
    expect(touching(steps()).map((step) => step.ifEmpty)).toEqual([undefined]);
});

it("asks before rights are handed down, and before files go", () => {
    const handing = steps({ recursive: true });
    const asked = handing.findIndex(
        (step) => step.do === "apart" && "inside" in step.refuse && step.refuse.inside?.startsWith("recursive"),
    );
    expect(asked).toBeGreaterThan(0);
    expect(handing.findIndex((step) => step.do === "below")).toBeGreaterThan(asked);
    expect(handing[asked]?.ifChanged).toBe("root");

    const going = shareRemovalUnit(share, owner.nonce, { remove: true, discards: true }).steps;
    expect(going.findIndex((step) => step.do === "apart")).toBeLessThan(going.findIndex((step) => step.do === "remove"));
    expect(aparts(going)[0]?.mine.alone).toBe(true);
    expect(aparts(shareRemovalUnit(share, owner.nonce, { remove: false, discards: false }).steps)).toEqual([]);
});

it("writes nothing where the data volume should be and is not", () => {
    for (const all of [steps(), shareRemovalUnit(share, owner.nonce, { remove: true, discards: true }).steps])
        expect(all.findIndex((step) => step.do === "require" && step.path === "/srv/pvesmb/.pvesmb/facts.json")).toBeLessThan(2);
});

import type { Step } from "../hosts/batch";
import type { ShareSection } from "./share";
import type { ShareRoot } from "./share-root";
import { shareRemovalUnit, shareUnit } from "./share-unit";
import { shareSection } from "../../test/support/share-section";

const share = shareSection({ readOnly: true, access: [{ user: "bob", level: "read" }], createMask: "0764" });
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

it("removes no share whose files are in a dataset that the gateway lacks: those in the plain directory would go in their place", () => {
    const { steps: all } = shareRemovalUnit(share, owner.nonce, { remove: false, discards: true, mounted: true });
    const required = all.findIndex((step) => step.do === "require" && step.is === "mountpoint" && step.path === share.path);
    expect(required).toBeGreaterThanOrEqual(0);
    expect(required).toBeLessThan(all.findIndex((step) => step.do === "remove" || step.do === "run"));
    const { steps: plain } = shareRemovalUnit(share, owner.nonce, { remove: true, discards: true });
    expect(plain.some((step) => step.do === "require" && step.is === "mountpoint")).toBe(false);
});

it("shows another's directory to those only who may read it there, guests among them", () => {
    const asked = (wanted: ShareSection): [string, string][] =>
        steps({ view: true }, undefined, wanted).flatMap((step): [string, string][] =>
            step.do === "run" && step.argv[0] === "setpriv" ? [[step.argv[2] as string, step.message?.split(":")[0] ?? ""]] : [],
        );
    expect(asked(share)).toEqual([["bob", "access"]]);
    expect(asked({ ...share, guest: true })).toEqual([
        ["bob", "access"],
        ["nobody", "guest"],
    ]);
});

it("looks at names before a share has one case only, where the files are now", () => {
    const one = (value: string): ShareSection => ({ ...share, settings: [{ property: "caseHandling", name: "default case", value }] });
    const looks = (wanted: ShareSection, was?: ShareSection): string[] =>
        steps({}, was && { section: was, root }, wanted).flatMap((step) => (step.do === "spelt" ? [`${step.case} ${step.path}`] : []));
    expect(looks(one("lower"))).toEqual(["lower /srv/pvesmb/docs"]);
    expect(looks(one("lower"), { ...share, path: "/srv/pvesmb/papers" })).toEqual(["lower /srv/pvesmb/papers"]);
    expect(looks(one("upper"), one("lower"))).toEqual(["upper /srv/pvesmb/docs"]);
    for (const [wanted, was] of [[one("lower"), one("lower")], [share, one("lower")], [share]] as const)
        expect(looks(wanted, was)).toEqual([]);
});

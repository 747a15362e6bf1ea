import { claimPath, claimRemovalSteps, claimSteps, parseClaim, renderClaim } from "./claim";
import { figuresOf, levelOf } from "./figures";
import { followed, volumeFaults } from "./volume";

const MIB = 2 ** 20;
const GIB = 2 ** 30;

describe("levels", () => {
    test.each([
        [74.9, "ok"],
        [75, "warning"],
        [84.9, "warning"],
        [85, "critical"],
        [95, "emergency"],
        [130, "emergency"],
    ])("%d %% is %s", (percent, level) => expect(levelOf(percent, [75, 85, 95])).toBe(level));

    test("with one threshold there is one level above ok", () => {
        expect(levelOf(99, [90])).toBe("warning");
        expect(levelOf(89, [90])).toBe("ok");
    });
});

test("figures: what is left is bounded by the limit and by the file system, and never negative", () => {
    expect(figuresOf(30, 100, 1000)).toEqual({ used: 30, available: 70, percent: 30, filesUsed: undefined });
    expect(figuresOf(30, 100, 20).available).toBe(20);
    expect(figuresOf(120, 100, 1000, 7)).toEqual({ used: 120, available: 0, percent: 120, filesUsed: 7 });
});

describe("a volume as configuration, storage and file system know it", () => {
    const whole = { configured: 10 * GIB, stored: 10 * GIB, fileSystem: 9.8 * GIB };

    test("alike", () => expect(volumeFaults(whole)).toEqual([]));
    test("small, with a log of its own", () =>
        expect(volumeFaults({ configured: 64 * MIB, stored: 64 * MIB, fileSystem: 40 * MIB })).toEqual([]));
    test("a refquota set by hand leaves the configuration behind", () =>
        expect(volumeFaults({ ...whole, stored: 8 * GIB, fileSystem: 8 * GIB })).toEqual([
            "the guest's configuration says 10GiB, the storage 8GiB",
        ]));
    test("the file system did not grow", () =>
        expect(volumeFaults({ ...whole, fileSystem: 5 * GIB })).toEqual([
            "the file system has 5GiB of the volume's 10GiB: it did not grow with it",
        ]));
    test("gone", () => expect(volumeFaults({ ...whole, stored: undefined })).toEqual(["the storage does not list the volume"]));

    test("whether the file system followed a change", () => {
        const before = { configured: 64 * MIB, stored: 64 * MIB, fileSystem: 50 * MIB };
        const after = { configured: 96 * MIB, stored: 96 * MIB };
        expect(followed(before, { ...after, fileSystem: 80 * MIB })).toBe(true);
        expect(followed(before, { ...after, fileSystem: 50 * MIB })).toBe(false);
        expect(followed(before, { configured: 32 * MIB, stored: 32 * MIB, fileSystem: 32 * MIB })).toBe(true);
    });
});

describe("claims", () => {
    const claim = { key: "urn:x", nonce: "0123456789abcdef", path: "/srv/pvesmb/docs", backend: "volume" };

    test("read back, and nothing else is", () => {
        expect(parseClaim(renderClaim(claim), claim.path)).toMatchObject(claim);
        const forms = [{ v: 2 }, { nonce: 5 }, { path: ["/srv/pvesmb/docs"] }, { key: undefined }].map((more) => ({
            v: 1,
            ...claim,
            ...more,
        }));
        for (const text of [undefined, "", "{", '{"v":2}', "null", ...forms.map((form) => JSON.stringify(form))])
            expect(parseClaim(text, claim.path)).toBeUndefined();
    });

    test("one file per tree, of a name that any path gives", () => {
        expect(claimPath("/srv/pvesmb/docs")).not.toBe(claimPath("/srv/pvesmb/Docs"));
        expect(claimPath(`/srv/pvesmb/${"ä".repeat(500)}`)).toMatch(/^\/srv\/pvesmb\/\.pvesmb\/quotas\/[0-9a-f]{32}\.json$/);
    });

    test("says where the files of a conversion are, and is not believed when that is anywhere but beside the directory", () => {
        const at = (aside: string): unknown => parseClaim(renderClaim({ ...claim, aside }), claim.path)?.aside;
        expect(at("/srv/pvesmb/.pvesmb-convert-0123abcd")).toBe("/srv/pvesmb/.pvesmb-convert-0123abcd");
        for (const elsewhere of [
            "/etc/.pvesmb-convert-0",
            "/srv/pvesmb/docs2",
            "/srv/pvesmb/.pvesmb-convert-0/../x",
            "/srv/pvesmb/.pvesmb-convert-\u001b[2J",
        ])
            expect(parseClaim(renderClaim({ ...claim, aside: elsewhere }), claim.path)).toBeUndefined();
    });

    test("is not believed when it names another directory, beside which there may be anything", () => {
        const forged = { ...claim, path: "/etc/samba", aside: "/etc/.pvesmb-convert-0123abcd" };
        expect(parseClaim(renderClaim(forged), claim.path)).toBeUndefined();
        expect(parseClaim(renderClaim({ ...claim, path: "/srv/pvesmb/docs/" }), claim.path)).toBeUndefined();
    });

    test("a claim of others stops it, unless it is taken over; a move takes the old one away", () => {
        const steps = (options: Parameters<typeof claimSteps>[2]): string[] => claimSteps(claim, "urn:x", options).map((step) => step.do);
        expect(steps({ adopt: false })).toEqual(["directory", "owned", "write"]);
        expect(steps({ adopt: true })).toEqual(["directory", "write"]);
        expect(steps({ adopt: false, before: "/srv/pvesmb/old" })).toEqual(["directory", "owned", "write", "owned", "remove"]);
        const place = { directory: "/tank/.pvesmb/quotas", root: "100000" };
        const onNode = claimSteps(claim, "urn:x", { adopt: false, before: "/srv/pvesmb/old" }, place);
        expect(onNode.map((step) => ("path" in step ? step.path.startsWith(place.directory) : false))).toEqual(onNode.map(() => true));
        expect(onNode.filter((step) => "owner" in step)).toMatchObject([
            { do: "directory", owner: "100000", group: "100000" },
            { do: "write", owner: "100000", group: "100000", mode: "0600" },
        ]);
        expect(claimRemovalSteps(claim.path, claim.nonce)[0]).toMatchObject({ do: "owned", value: claim.nonce });
    });
});

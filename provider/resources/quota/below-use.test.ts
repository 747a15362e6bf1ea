import { refuseBelowUse } from "./backend";

const MIB = 2 ** 20;
const figures = { used: 65 * MIB, available: 0, percent: 100, filesUsed: 3 };
const refused = (limit: number | undefined, wanted: string): void =>
    refuseBelowUse({ limit, figures, place: "tank/docs" }, { limit: wanted });

test("a limit below what is used is refused, where there is another one or none", () => {
    for (const limit of [undefined, 128 * MIB])
        expect(() => refused(limit, "64MiB")).toThrow(/^limit: 65MiB are in use in tank\/docs, more than 64MiB/);
});

test("one that is set already is no reason to refuse other changes: a full tree may be a little over it", () => {
    expect(() => refused(64 * MIB, "64MiB")).not.toThrow();
    expect(() => refused(64 * MIB, "32MiB")).toThrow(/more than 32MiB/);
});

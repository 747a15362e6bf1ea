import { Coming } from "./coming";

test("more may come until all who were announced are here or will not come", () => {
    const coming = new Coming();
    expect(coming.more).toBe(true);
    for (const key of ["a", "b", "a"]) coming.announce(key);
    coming.strike("a");
    expect(coming.more).toBe(true);
    coming.strike("b");
    expect(coming.more).toBe(false);
    coming.strike("never announced");
    coming.announce("c");
    expect(coming.more).toBe(true);
});

test("more may come while there is work of a kind that nobody announces, also after its failure", async () => {
    const coming = new Coming();
    coming.announce("a");
    coming.strike("a");
    const failed = coming.unannounced(() => Promise.reject(new Error("no")));
    expect(coming.more).toBe(true);
    await expect(failed).rejects.toThrow("no");
    expect(coming.more).toBe(false);
});

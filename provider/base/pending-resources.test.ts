import { PendingResources } from "./pending-resources";

test("more may come until all who were announced are here or will not come", () => {
    const coming = new PendingResources();
    expect(coming.more).toBe(true);
    for (const key of ["a", "b", "a"]) coming.expect(key);
    coming.settle("a");
    expect(coming.more).toBe(true);
    coming.settle("b");
    expect(coming.more).toBe(false);
    coming.settle("never announced");
    coming.expect("c");
    expect(coming.more).toBe(true);
});

test("more may come while there is work of a kind that nobody announces, also after its failure", async () => {
    const coming = new PendingResources();
    coming.expect("a");
    coming.settle("a");
    const failed = coming.duringUnexpected(() => Promise.reject(new Error("no")));
    expect(coming.more).toBe(true);
    await expect(failed).rejects.toThrow("no");
    expect(coming.more).toBe(false);
});

import { hasRoute } from "./route";

test("loopback has a route; an address that cannot be one of a machine has none", async () => {
    expect(await hasRoute("127.0.0.1")).toBe(true);
    // For documentation of a zone that does not exist.
    expect(await hasRoute("fe80::1%none")).toBe(false);
});

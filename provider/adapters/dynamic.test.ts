import { coming } from "../base/coming";
import type { AnyHandler } from "../base/handler";
import { userModel } from "../model";
import { dynamicProvider } from "./dynamic";

const seen: boolean[] = [];
const handler = {
    create: (_ctx: unknown, inputs: object) => (seen.push(coming.more), Promise.resolve({ id: "1", state: inputs })),
    update: (_ctx: unknown, _id: string, _state: object, inputs: object) => (seen.push(coming.more), Promise.resolve(inputs)),
    delete: () => (seen.push(coming.more), Promise.resolve()),
} as unknown as AnyHandler;
const provider = dynamicProvider(userModel, () => handler);
const user = (name: string) => ({ key: `urn:${name}`, name, password: "Tr0ub4dor&3", gateway: { id: "pve1/101/0123456789abcdef" } });
const wasMore = (): boolean | undefined => seen.pop();

test("handlers can see whether the engine has others to hand in", async () => {
    for (const name of ["a", "b", "c"]) await provider.check({}, user(name));
    await provider.check({}, user("A B"));
    const { outs } = await provider.create(user("a"));
    expect(wasMore()).toBe(true);
    await provider.update("1", outs ?? {}, user("b"));
    expect(wasMore()).toBe(true);
    await provider.create(user("c"));
    expect(wasMore()).toBe(false);

    await provider.check({}, user("a"));
    expect(coming.more).toBe(true);
    expect(await provider.diff("1", outs ?? {}, user("a"))).toEqual({});
    expect(coming.more).toBe(false);
    await provider.delete("1", outs ?? {});
    expect(wasMore()).toBe(true);
});

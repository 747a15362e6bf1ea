import provided from "./v1";
import { handlers } from "../resources";
import { kinds } from "../model";

test("names that stand in users' states are never taken away; a new kind adds its own", () => {
    expect(Object.keys(provided)).toEqual(expect.arrayContaining(["SmbGateway", "SmbShare", "SmbUser", "SmbGroup", "Quota"]));
    for (const each of Object.values(provided)) expect(each).toMatchObject({ create: expect.any(Function), diff: expect.any(Function) });
});

test("every kind of the registry has its own name, a handler and a provider", () => {
    const names = Object.keys(kinds);
    expect(Object.values(kinds).map(({ kind }) => kind)).toEqual(names);
    expect(Object.keys(handlers).sort()).toEqual([...names].sort());
    expect(Object.keys(provided)).toEqual(names);
});

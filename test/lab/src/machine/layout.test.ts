import { labNameFault, longestLabName } from "./layout";

test.each(["", "t", "a-long-name-of-somebody", "x".repeat(longestLabName)])("LAB_NAME %j is taken", (name) => {
    expect(labNameFault(name)).toBeUndefined();
});

test.each([
    ["x".repeat(longestLabName + 1), /51 letters.*more than 50.*107 bytes/],
    ["Upper", /small letters, digits/],
    ["a/b", /small letters, digits/],
    ["a b", /small letters, digits/],
])("LAB_NAME %j is refused with the reason", (name, reason) => {
    expect(labNameFault(name)).toMatch(reason);
});

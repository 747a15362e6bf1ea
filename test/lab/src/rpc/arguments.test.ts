import { parseArguments } from "./arguments";

test("PVE's ways to write an option", () => {
    const parsed = parseArguments(["101", "--memory", "512", "-cores=2", "--delete", "mp0,mp1", "--force"]);
    expect(parsed.words).toEqual(["101"]);
    expect(parsed.options).toEqual({ memory: "512", cores: "2", delete: "mp0,mp1", force: "1" });
});

test("what stands behind -- is the guest's", () => {
    expect(parseArguments(["101", "--keep-env", "0", "--", "ls", "-l", "--all"])).toEqual({
        words: ["101"],
        options: { "keep-env": "0" },
        rest: ["ls", "-l", "--all"],
    });
});

test("a value may begin with a plus or hold line breaks", () => {
    expect(parseArguments(["--description=a\nb", "101", "mp0", "+1G"])).toEqual({
        words: ["101", "mp0", "+1G"],
        options: { description: "a\nb" },
        rest: [],
    });
});

import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import ts from "typescript";

/** What users read has the trade's words. These are turns that testers stumbled over, each with the one that they expected. */
const STUMBLED: [turn: RegExp, expected: string][] = [
    [/\bin place of\b/i, "instead of"],
    [/\bso many\b/i, "the number"],
    [/\b(?:made|installed|written|set up) anew\b/i, "again, reinstalled"],
    [/\bthat may see\b/i, "which clients see"],
    [/\bhas the say\b/i, "decides, wins"],
    [/\bstand beside\b/i, "be combined with"],
    [/\bis no (?:property|option|name)\b/i, "is not a property"],
    [/\bmust be a text\b/i, "must be a string"],
    [/\b(?:taken?|takes|taking) off\b/i, "detach, remove"],
    [/, \S+ for one\b(?! that)/i, "for example"],
    [/\bare told at once\b|\bis told at once\b/i, "reported at once"],
];

const repository = resolve(__dirname, "../..");
const under = (folder: string, wanted: RegExp): string[] =>
    readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
        .filter((each) => each.isFile() && wanted.test(each.name))
        .map((each) => join(each.parentPath, each.name));

/** Of a TypeScript file, the texts in quotes: comments are not for users. */
function texts(file: string): string[] {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
        if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push(node.text);
        if (ts.isTemplateExpression(node))
            found.push([node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join("X"));
        ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest));
    return found;
}

const pages = [join(repository, "README.md"), ...["docs", "examples"].flatMap((folder) => under(folder, /\.md$/))].filter(
    (file) => !/docs\/(decisions|facts|soak)\//.test(file),
);
const sources = ["provider", "sdk"].flatMap((folder) => under(folder, /(?<!\.test)\.ts$/));

test("what users read has none of the turns that testers stumbled over", () => {
    const read = [
        ...pages.map((file) => [file, readFileSync(file, "utf8").split("\n")] as const),
        ...sources.map((file) => [file, texts(file)] as const),
    ];
    const odd = read.flatMap(([file, lines]) =>
        lines.flatMap((line) =>
            STUMBLED.filter(([turn]) => turn.test(line)).map(
                ([turn, expected]) => `${relative(repository, file)}: ${turn.exec(line)?.[0]} (${expected}): ${line.slice(0, 160)}`,
            ),
        ),
    );
    expect(odd).toEqual([]);
    expect(read.length).toBeGreaterThan(300);
});

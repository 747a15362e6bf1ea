import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every service that pvesmb makes has the restrictions, wherever its unit is written. */
const provider = join(__dirname, "..");
const units = readdirSync(provider, { recursive: true, encoding: "utf8" })
    .filter((file) => /(?<!\.test)\.ts$/.test(file))
    .flatMap((file) =>
        readFileSync(join(provider, file), "utf8")
            .split("`")
            .filter((text) => /\bDescription=pvesmb\b/.test(text) && text.includes("[Service]"))
            .map((text): [string, string] => [`${file}: ${/Description=(.*)/.exec(text)?.[1] ?? ""}`, text]),
    );

test("all units are found", () => expect(units.length).toBeGreaterThanOrEqual(7));

test.each(units)("%s", (_, text) => expect(text).toMatch(/\$\{(NODE_)?SANDBOX\}/));

/**
 * Replays a recordings file: `conformance-cli.ts [--rename] [--reasons] <recordings.jsonl>`. One line per difference and the counts;
 * exit status 1 when something differs. `--rename` changes nodes, storages, VMIDs and sizes first, `--reasons` also lists what is not
 * applicable and why.
 */
import { readFileSync } from "node:fs";
import { replay, summary } from "./conformance";
import { otherNames } from "./conformance/rename";

async function main(args: string[]): Promise<void> {
    const [file] = args.filter((arg) => !arg.startsWith("--"));
    if (file === undefined) throw new Error("usage: conformance-cli.ts [--rename] [--reasons] <recordings.jsonl>");
    const outcomes = await replay(readFileSync(file, "utf8"), args.includes("--rename") ? otherNames : undefined);
    for (const { line, request, verdict, notes } of outcomes) {
        if (verdict === "different") console.log(`line ${line}: ${request.slice(0, 300)}: ${notes.join("; ")}`);
        if (verdict === "not applicable" && args.includes("--reasons"))
            console.log(`line ${line}: ${request.slice(0, 200)}: not applicable, ${notes.join("; ")}`);
    }
    console.log(summary(outcomes));
    if (outcomes.some((outcome) => outcome.verdict === "different")) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
});

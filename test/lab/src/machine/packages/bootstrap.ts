import { run } from "../run";
import type { DebianSources } from "./debian-sources";
import { release } from "./debian-sources";

/** A root file system made of Debian packages. */
export interface ImageRecipe {
    /** Beside those of the variant; `name/suite` takes one from another suite. */
    packages: string[];
    /** Of Debian. Default: that of the lab. */
    release?: string;
    /** Shell commands inside, at the end. */
    finish: string[];
    /** Which of Debian's packages are there anyway. Default: the required and important ones. */
    variant?: "important" | "minbase";
    /** Files (tar archives) unpacked into it before `finish`. */
    archives?: string[];
}

export async function bootstrap(recipe: ImageRecipe, sources: DebianSources, format: "tar" | "directory", path: string): Promise<void> {
    const options = [...sources.options, 'Acquire::Languages "none"'].flatMap((option) => ["--aptopt", option.replace(/;$/, "")]);
    const hooks = [
        ...(recipe.archives ?? []).map((archive) => `--customize-hook=tar-in ${archive} /`),
        ...recipe.finish.map((command) => `--customize-hook=chroot "$1" sh -ec ${quote(command)}`),
    ];
    const argv = [
        "mmdebstrap",
        "--quiet",
        `--variant=${recipe.variant ?? "important"}`,
        `--format=${format}`,
        `--include=${recipe.packages.join(",")}`,
        ...options,
        ...hooks,
    ];
    // Compiling ZFS: ten minutes alone, hours on a machine that is busy with other things.
    await run([...argv, recipe.release ?? release, path, "-"], { input: `${sources.lines.join("\n")}\n`, timeout: 6 * 3_600_000 });
}

function quote(text: string): string {
    return `'${text.replaceAll("'", `'\\''`)}'`;
}

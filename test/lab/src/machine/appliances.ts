import { createHash } from "node:crypto";
import { constants, createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";

export interface Appliance {
    template: string;
    package: string;
    version: string;
    os: string;
    section: string;
    sha512sum: string;
}

/** The templates on offer: file name -> where the built file is. */
export class Appliances {
    constructor(private readonly files: Record<string, string>) {}

    async list(): Promise<Appliance[]> {
        return Promise.all(
            Object.entries(this.files).map(async ([template, file]) => {
                const [name = "", version = ""] = template.split("_");
                return {
                    template,
                    package: name,
                    version,
                    os: template.split("-", 2).join("-"),
                    section: "system",
                    sha512sum: await checksum(file),
                };
            }),
        );
    }

    /** Puts an offered template at a path, at once and whole. `progress` gets lines like wget's. */
    async fetch(template: string, to: string, progress: (line: string) => void): Promise<void> {
        const file = this.files[template];
        if (!file) throw new Error(`no appliance ${template}`);
        await mkdir(dirname(to), { recursive: true });
        const { size } = await stat(file);
        progress(`saving to '${to}', ${size} bytes`);
        await copyFile(file, `${to}.tmp`, constants.COPYFILE_FICLONE);
        await rename(`${to}.tmp`, to);
        progress(`${Math.ceil(size / 1024)}K .......... 100%`);
    }
}

/** SHA-512 of a cached file, computed once and kept beside it. */
async function checksum(file: string): Promise<string> {
    const note = `${file}.sha512`;
    if (existsSync(note)) return readFileSync(note, "utf8").trim();
    const hash = createHash("sha512");
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    const sum = hash.digest("hex");
    writeFileSync(note, sum);
    return sum;
}

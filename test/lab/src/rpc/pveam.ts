import { parseArguments } from "./arguments";
import { dataOf, waitForTask } from "./pve-call";
import { CommandError } from "./session";
import type { Session } from "./session";

interface Appliance {
    section: string;
    template: string;
}

/** `pveam update`, `available` and `download` (pve-manager PVE/CLI/pveam.pm). */
export async function pveam(session: Session): Promise<number> {
    const [name = "", ...argv] = session.request.argv;
    const { words, options } = parseArguments(argv);
    if (name === "update") {
        session.out("update successful\n");
        return 0;
    }
    if (name === "available") return available(session, options["section"]);
    if (name === "download") return download(session, words[0] ?? "", words[1] ?? "");
    throw new CommandError(`ERROR: unknown command 'pveam ${name}'`);
}

async function available(session: Session, section: string | undefined): Promise<number> {
    const rows = dataOf(await session.call("GET", `/nodes/${session.node}/aplinfo`, {}), "pveam available [OPTIONS]") as Appliance[];
    for (const row of [...rows].sort((a, b) => a.template.localeCompare(b.template)))
        if (section === undefined || row.section === section) session.out(`${row.section.padEnd(15)} ${row.template}\n`);
    return 0;
}

async function download(session: Session, storage: string, template: string): Promise<number> {
    const asked = await session.call("POST", `/nodes/${session.node}/aplinfo`, { storage, template });
    const end = await waitForTask(session.call, String(dataOf(asked, "pveam download <storage> <template>")));
    if (end !== "OK") throw new CommandError(end);
    return 0;
}

import { type Guest, inGuest } from "./guests";

/** Runs `work` while a program in a guest's /usr/bin fails. Its message would change the title of a terminal window. */
export async function withBroken<T>(guest: Pick<Guest, "node" | "vmid">, program: string, work: () => Promise<T>, code = 1): Promise<T> {
    const said = "\\\\033]0;broken by the test\\\\007";
    const broken = `printf '#!/bin/sh\\nprintf "%%b\\\\n" "${said}" >&2\\nexit ${code}\\n'`;
    await inGuest(guest, `cd /usr/bin && mv ${program} ${program}.real && ${broken} > ${program} && chmod 755 ${program}`);
    try {
        return await work();
    } finally {
        await inGuest(guest, `cd /usr/bin && mv ${program}.real ${program}`);
    }
}

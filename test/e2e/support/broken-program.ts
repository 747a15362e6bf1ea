import { type Guest, inGuest } from "./guests";

/** Does the work while a program in a guest's /usr/bin fails, saying so. */
export async function withBroken<T>(guest: Pick<Guest, "node" | "vmid">, program: string, work: () => Promise<T>): Promise<T> {
    const broken = "printf '#!/bin/sh\\necho broken by the test >&2\\nexit 1\\n'";
    await inGuest(guest, `cd /usr/bin && mv ${program} ${program}.real && ${broken} > ${program} && chmod 755 ${program}`);
    try {
        return await work();
    } finally {
        await inGuest(guest, `cd /usr/bin && mv ${program}.real ${program}`);
    }
}

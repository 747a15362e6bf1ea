import type { Part } from "../e2e/support/stack";
import type { Measured } from "./measure";
import { compared, type Row } from "./rows";

const PARTS: Record<Part, string> = {
    engine: "engine: processor",
    program: "program (the user's, with the SDK): processor",
    provider: "provider: processor",
};

/** Where an operation's time went: processor time of each part, beside that of trivial resources, and how long hosts worked. */
export function spent(name: string, ours: Measured, trivial: Measured): Row[] {
    // A refresh runs no program.
    const ran = (Object.keys(PARTS) as Part[]).filter((part) => trivial.usage[part].cpu > 0);
    const parts = ran.flatMap((part): Row[] => {
        const floor = { name: `${name}, ${PARTS[part]}: trivial`, value: trivial.usage[part].cpu, unit: "s" };
        return [compared({ name: `${name}, ${PARTS[part]}`, value: ours.usage[part].cpu, unit: "s" }, floor), floor];
    });
    const memory = (whose: string, { usage }: Measured): Row => ({
        name: `${name}, program: memory${whose}`,
        value: usage.program.memory,
        unit: "MiB",
    });
    return [
        ...parts,
        memory("", ours),
        memory(": trivial", trivial),
        { name: `${name}, hosts: work`, value: ours.remoteMs / 1000, unit: "s" },
    ];
}

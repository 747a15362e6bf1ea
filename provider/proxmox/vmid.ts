import { createHash } from "node:crypto";
import { PvesmbError } from "../base/errors";
import type { Pve } from "./client/client";
import { outcomeUnknown, says, worthAnother } from "./client/sayings";
import { pauseBefore } from "./client/timing";
import { isFreeVmid } from "./cluster";

export interface VmidRange {
    /** Both inclusive, 100 to 999999999. */
    from: number;
    to: number;
}

/** So many taken numbers in a row mean that the range is full, or not meant for us. */
const TRIES = 200;

/**
 * Every number of the range once, in an order that depends on the key alone: two keys hardly ever meet, and the same key asks the same
 * numbers again, which is how a second create finds what a killed first one left behind.
 */
export function* candidates(range: VmidRange, key: string): Generator<number> {
    const size = range.to - range.from + 1;
    const hash = createHash("sha256").update(key).digest();
    const start = hash.readUInt32BE(0) % size;
    let step = (hash.readUInt32BE(4) % size) + 1;
    // A step without a common divisor visits everything before it comes back.
    while (divisor(step, size) !== 1) step++;
    for (let index = 0, at = start; index < size; index++, at = (at + step) % size) yield range.from + at;
}

export interface Creation<T> {
    /** Creates with this VMID. Conflict ("vmid taken") passes on to the next; what another try cannot mend ends the allocation. */
    create(vmid: number): Promise<T>;
    /** Looks at what has the VMID: a result when it is ours after all (an orphan of a killed create), undefined when it is not. */
    meet(vmid: number): Promise<T | undefined>;
}

/**
 * Creates something under the first VMID that can be had. When it stays unknown whether a create was taken, or its task ran into a lock
 * that many creates at once fight for (a storage's), the same number is asked again: either it is free and create is safe to repeat, or
 * `meet` tells whose it is. InvalidInput when the range has nothing free.
 */
export async function allocate<T>(pve: Pve, range: VmidRange, key: string, creation: Creation<T>): Promise<T> {
    let tries = 0;
    for (const vmid of candidates(range, key)) {
        if (++tries > TRIES) break;
        const made = await tryOne(pve, vmid, creation);
        if (made !== undefined) return made.value;
    }
    throw new PvesmbError(
        "InvalidInput",
        `vmidRange: there is no free VMID between ${range.from} and ${range.to} (${Math.min(tries, TRIES)} tried); set another range`,
        {
            property: "vmidRange",
        },
    );
}

async function tryOne<T>(pve: Pve, vmid: number, creation: Creation<T>): Promise<{ value: T } | undefined> {
    const began = Date.now();
    for (let attempt = 0; ; attempt++) {
        pve.deadline.check(`allocating VMID ${vmid}`);
        if (!(await isFreeVmid(pve, vmid))) {
            const met = await creation.meet(vmid);
            return met === undefined ? undefined : { value: met };
        }
        try {
            return { value: await creation.create(vmid) };
        } catch (error) {
            // Somebody was faster: `meet` sees whether it was ourselves. A task that met a lock has taken away what it had made.
            const again = outcomeUnknown(error) ? attempt < 5 : worthAnother(error) && Date.now() - began < pve.timing.busy;
            if (!again && !says(error, "vmid taken")) throw error;
        }
        await pve.deadline.sleep(pauseBefore(attempt, pve.timing.pause));
    }
}

function divisor(a: number, b: number): number {
    return b === 0 ? a : divisor(b, a % b);
}

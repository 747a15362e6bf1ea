import { createHash } from "node:crypto";
import { PvesmbError } from "../base/errors";
import type { Pve } from "./client/client";
import { outcomeUnknown, isKnown, isRetryable } from "./client/known-errors";
import { pauseBefore } from "./client/timing";
import { isFreeVmid } from "./cluster";

export interface VmidRange {
    /** Both inclusive, 100 to 999999999. */
    from: number;
    to: number;
}

/** This many taken numbers in a row mean that the range is full or not for us. */
const TRIES = 200;

/**
 * Every number of the range once, in an order that depends only on the key: two keys rarely collide, and a second create finds what a
 * killed one left behind.
 */
export function* candidates(range: VmidRange, key: string): Generator<number> {
    const size = range.to - range.from + 1;
    const hash = createHash("sha256").update(key).digest();
    const start = hash.readUInt32BE(0) % size;
    let step = (hash.readUInt32BE(4) % size) + 1;
    // A step coprime to the size visits every number.
    while (divisor(step, size) !== 1) step++;
    for (let index = 0, at = start; index < size; index++, at = (at + step) % size) yield range.from + at;
}

export interface Creation<T> {
    /** Creates with this VMID. Conflict ("vmid taken") moves on to the next number; errors that a retry cannot fix end the allocation. */
    create(vmid: number): Promise<T>;
    /** Checks a taken VMID: returns a result when it is ours (orphan of a killed create), otherwise undefined. */
    onTaken(vmid: number): Promise<T | undefined>;
}

/**
 * Creates something with the first free VMID; InvalidInput when none is free. After an unknown outcome or a busy lock (of a storage, with
 * many creates) tries the same number again: it is free, or `meet` checks its owner.
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
            const met = await creation.onTaken(vmid);
            return met === undefined ? undefined : { value: met };
        }
        try {
            return { value: await creation.create(vmid) };
        } catch (error) {
            // `meet` finds out whether the other creator was us. A task that failed for a lock has removed its volumes.
            const again = outcomeUnknown(error) ? attempt < 5 : isRetryable(error) && Date.now() - began < pve.timing.busy;
            if (!again && !isKnown(error, "vmid taken")) throw error;
        }
        await pve.deadline.sleep(pauseBefore(attempt, pve.timing.pause));
    }
}

function divisor(a: number, b: number): number {
    return b === 0 ? a : divisor(b, a % b);
}

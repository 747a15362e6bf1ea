import type { SmbGatewayArgs } from "../../../sdk/nodejs/generated/smb-gateway";
import type { SmbShareArgs } from "../../../sdk/nodejs/generated/smb-share";
import { control } from "./control";
import { endLease, type Guest, guestsWithin, inGuest, removeGuests, volumesWithin } from "./guests";
import { orphans } from "./orphans";
import { gateway, program, share, smallArgs, user, type Vmids } from "./program";
import { getFile, putFile } from "./smb-client";
import type { Stack } from "./stack";
import { type Workplace, workplace } from "./workplace";

export const ALICE = { user: "alice", password: "alice's long p4ssword" };

/** What a drill's program has in addition to a small gateway `files` with the user `alice` and the share `docs`. */
export interface Wishes {
    /** Name of the share `docs`. */
    name?: string;
    files?: Partial<SmbGatewayArgs>;
    /** Resource options of the gateway. */
    options?: object;
    /** False: without the share. */
    docs?: Omit<SmbShareArgs, "gateway"> | false;
}

export function drillProgram(address: string, vmids: Vmids, { files = {}, options, docs, name }: Wishes = {}): string {
    return program(
        gateway("files", { ...smallArgs(address, vmids), ...files }, options),
        user("files", ALICE),
        ...(docs === false ? [] : [share("files", "docs", { alice: "full" }, name === undefined ? docs : { ...docs, name })]),
    );
}

/** One stack with a small gateway, and the checks that must pass after any fault. No other test uses guests in `vmids`. */
export class Drill {
    private constructor(
        readonly place: Workplace,
        readonly stack: Stack,
        private address: string,
        private readonly vmids: Vmids,
    ) {}

    static async create(address: string, vmids: Vmids, environment?: Record<string, string>): Promise<Drill> {
        const place = await workplace(vmids);
        return new Drill(place, await place.stack(drillProgram(address, vmids), { environment }), address, vmids);
    }

    dispose(): Promise<void> {
        return this.place.dispose();
    }

    /** After a failure: removes processes, locks, state and guests. */
    async reset(): Promise<void> {
        this.stack.stop();
        await this.stack.cancel();
        await this.stack.importState({ version: 3, deployment: {} });
        await removeGuests(this.vmids.from, this.vmids.to);
    }

    /** Changes the program. */
    rewrite(wishes: Wishes): void {
        this.stack.write(drillProgram(this.address, this.vmids, wishes));
    }

    /** The gateway's address by the program. */
    get at(): string {
        return this.address;
    }

    /** Gives the gateway another address in the program that is written next. */
    moveTo(address: string): void {
        this.address = address;
    }

    /** A typical mistake of an administrator: removes the data volume from the stopped guest. */
    async takeDataOff(): Promise<void> {
        const { vmid } = await this.guest();
        await control("run", "POST", `/nodes/pve1/lxc/${vmid}/status/stop`);
        await control("call", "PUT", `/nodes/pve1/lxc/${vmid}/config`, { delete: "mp0" });
    }

    guests(): Promise<Guest[]> {
        return guestsWithin(this.vmids.from, this.vmids.to);
    }

    /** The only guest; throws if there are more or none. */
    async guest(): Promise<Guest> {
        const [only, ...more] = await this.guests();
        if (only === undefined || more.length > 0) throw new Error(`${more.length + (only ? 1 : 0)} guests in place of one`);
        return only;
    }

    /** After a provider was killed: sets the lease of its half-made guest to the past, as if the time had gone by. */
    async forgetTheDead(): Promise<void> {
        await control("idle");
        for (const guest of await this.guests()) if (guest.mark?.phase === "creating") await endLease(guest);
    }

    /**
     * Expects one finished guest, one share that serves alice (or no share, and its files still there), no orphan, no lock, no running
     * task, and a state that agrees with all of that.
     */
    async expectWhole(served: boolean | string = true): Promise<void> {
        const name = served === true ? "docs" : served;
        const guest = await this.guest();
        expect(guest.mark).toMatchObject({ vmid: guest.vmid, phase: "ready", lease: 0 });
        expect(guest.config["lock"]).toBeUndefined();
        expect((await control("tasks")).filter(({ exitstatus }) => exitstatus === undefined)).toEqual([]);
        const sections = (await inGuest(guest, "testparm -s 2>/dev/null | grep '^\\['")).split("\n").filter(Boolean);
        expect(sections).toEqual(name === false ? ["[global]"] : ["[global]", `[${name}]`]);
        if (name !== false) await expectServed(this.place, this.address, name);
        else expect(await inGuest(guest, "cat /srv/pvesmb/docs/note.txt")).toBe("still here\n");
        expect(await orphans(this.stack)).toEqual({ code: 0, found: [], said: "" });
        await this.stack.refresh({ flags: ["--expect-no-changes", "--clear-pending-creates"] });
    }

    async expectNothing(): Promise<void> {
        expect(await this.stack.resources()).toEqual([]);
        expect((await control("tasks")).filter(({ exitstatus }) => exitstatus === undefined)).toEqual([]);
        expect(await this.guests()).toEqual([]);
        expect(await volumesWithin(this.vmids.from, this.vmids.to)).toEqual([]);
    }
}

/** Alice can write files to the share of a drill's program. */
export async function expectServed({ lab }: Workplace, host: string, share = "docs"): Promise<void> {
    await putFile(lab.within, { host, share }, ALICE, "note.txt", "still here\n");
    expect(await getFile(lab.within, { host, share }, ALICE, "note.txt")).toBe("still here\n");
}

import { control } from "./control";
import { inGuest } from "./guests";
import type { Running } from "./process";
import type { Stack } from "./stack";
import { until } from "./until";

/** What a strike hits: a stack and the machine of its gateway, if that is there already. A Drill is one. */
export interface Struck {
    readonly stack: Pick<Stack, "providers" | "cancel">;
    guests(): Promise<{ vmid: number; node: string }[]>;
    guest(): Promise<{ vmid: number; node: string }>;
    /** Repairs what a killed provider left that only time would. */
    forgetTheDead(): Promise<void>;
}

/**
 * Something that happens while a CLI command runs. `prepare` runs before the command. `hit` runs once the command has started, and waits
 * for its moment. `repair` runs afterwards, before the next command.
 */
export interface Strike {
    prepare?(struck: Struck): Promise<void>;
    hit(struck: Struck, running: Running): Promise<void>;
    repair?(struck: Struck): Promise<void>;
}

/** Delay of a task's step in milliseconds: long enough for a strike to hit it, however busy the machine is. */
const LONGER = 8000;

/** For operations that only have to take longer. */
export const nothing: Strike = { hit: () => Promise.resolve() };

/** kill -9 of the stack's provider processes. */
export const killProvider: Strike = {
    async hit({ stack }) {
        const providers = stack.providers();
        if (providers.length === 0) throw new Error("there is no provider process to kill");
        for (const pid of providers) process.kill(pid, "SIGKILL");
        await Promise.resolve();
    },
    repair: (struck) => struck.forgetTheDead(),
};

/** kill -9 of the CLI itself. Its lock remains, and its provider runs on alone. */
export const killCli: Strike = {
    async hit(_struck, running) {
        running.signal("SIGKILL");
        await running.done;
    },
    async repair(struck) {
        const alone = (): boolean => struck.stack.providers().length === 0;
        await until("the provider to notice", alone);
        await struck.stack.cancel();
        await struck.forgetTheDead();
    },
};

/** Ctrl-C at a terminal, `times` times. */
export function interrupt(times: number): Strike {
    return {
        async hit(_struck, running) {
            for (let count = 0; count < times; count++) {
                running.signal("SIGINT");
                await new Promise((resolve) => setTimeout(resolve, 700));
            }
        },
        repair: (struck) => struck.forgetTheDead(),
    };
}

/** Kills the guest's init. */
export const crash: Strike = {
    hit: async (struck) => control("crash", (await struck.guest()).vmid),
};

/** Ends every SSH session into the guest. */
export const cutSessions: Strike = {
    async hit(struck) {
        await inGuest(await struck.guest(), "pkill -f '^sshd(-session)?: root@notty'");
    },
};

/** No packet reaches or leaves the guest. */
export const cutNetwork: Strike = {
    async hit(struck) {
        await inGuest(await struck.guest(), "ip link set eth0 down");
    },
    async repair(struck) {
        await inGuest(await struck.guest(), "ip link set eth0 up");
    },
};

/** The strike hits while a task of this type is at this step. */
export function during(type: string, step: string, strike: Strike): Strike {
    return {
        ...strike,
        async prepare() {
            await control("injectTask", { type, step, delayMs: LONGER });
        },
        async hit(struck, running) {
            const begun = async (): Promise<boolean> => (await control("faults")).some(({ rule, seen }) => "type" in rule && seen > 0);
            await until(`${type} at ${step}`, begun);
            await strike.hit(struck, running);
        },
    };
}

/** The strike hits while this command runs in the guest for the first time; the command then continues. */
export function inCommand(command: string, strike: Strike): Strike {
    const path = `/usr/bin/${command}`;
    const waiting = `#!/bin/sh\n! mkdir /run/first 2>/dev/null || while [ -e /run/hold ]; do sleep 0.1; done\nexec ${path}.real "$@"\n`;
    const install = `rm -rf /run/first; touch /run/hold; mv ${path} ${path}.real; cat > ${path} <<'END' && chmod 755 ${path}\n${waiting}END\n`;
    return {
        async prepare(struck) {
            const [guest] = await struck.guests();
            if (guest) await inGuest(guest, install);
            // A guest that does not exist yet is prepared once it runs, before PVE reports that it has started.
            else await control("injectTask", { type: "vzstart", step: "started", delayMs: LONGER });
        },
        async hit(struck, running) {
            const guest = await until("the guest", async () => (await struck.guests())[0]);
            const does = (script: string): Promise<boolean> =>
                inGuest(guest, script).then(
                    () => true,
                    () => false,
                );
            await until(`${command} made to wait`, () => does(`test -e ${path}.real || {\n${install}}`));
            await until(`${command} to run`, () => does("test -d /run/first"));
            await strike.hit(struck, running);
            await does("rm -f /run/hold");
        },
        async repair(struck) {
            const guest = await struck.guest();
            const { status } = (await control("call", "GET", `/nodes/${guest.node}/lxc/${guest.vmid}/status/current`)) as {
                status: string;
            };
            if (status !== "running") await control("run", "POST", `/nodes/${guest.node}/lxc/${guest.vmid}/status/start`);
            await inGuest(guest, `mv ${path}.real ${path}`);
            await strike.repair?.(struck);
        },
    };
}

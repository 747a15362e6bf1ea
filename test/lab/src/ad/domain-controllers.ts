import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MachineError } from "../machine";
import { exclusively } from "../machine/exclusively";
import { cacheDir } from "../machine/layout";
import { debianSources } from "../machine/packages/debian-sources";
import { installHostPackages } from "../machine/packages/host-packages";
import { delegateZone } from "../machine/services/dns";
import { Controller } from "./controller";
import { buildControllerTree } from "./image";
import { controllerNames, controllersFile, domain, sites } from "./layout";
import type { ControllerName } from "./layout";
import { provisionedDomain, ready } from "./provision";

/** What the workstation needs beside the lab's other clients. */
const hostPackages = { kinit: "krb5-user" };

/** How a controller is found by other processes: the command line that runs what follows it as root inside. */
export type RunningControllers = Partial<Record<ControllerName, { address: string; command: string[] }>>;

export type ControllerFault =
    /** Packets to it and from it are lost without a word; or no longer. */
    | { packets: "dropped" | "passed" }
    /** Its clock is off by so many seconds, or right again (0). Samba starts anew. */
    | { clock: number };

/** The lab's Active Directory: nothing of it is there before the first start, no file, no process, no network. */
export class DomainControllers {
    private machines: Promise<[Controller, Controller]> | undefined;
    private opened: Promise<Record<ControllerName, Controller>> | undefined;

    /** Starts those controllers, as they were when they were stopped. The first start of all builds the image and the domain. */
    async start(names: readonly ControllerName[]): Promise<void> {
        this.opened ??= this.open();
        const controllers = await this.opened.catch((error: unknown) => {
            this.opened = undefined;
            throw error;
        });
        await Promise.all(names.map((name) => startOne(controllers[name])));
        this.publish(controllers);
    }

    /** `powerOff`: without a shutdown. */
    async stop(name: ControllerName, powerOff: boolean): Promise<void> {
        const controllers = await this.all();
        if (powerOff) await controllers[name].kill();
        else await controllers[name].shutdown();
        this.publish(controllers);
    }

    /** Both as they were after their first start: whatever tests made in the domain is gone. */
    async reset(): Promise<void> {
        const running = this.opened ? Object.values(await this.opened).filter((controller) => controller.running) : [];
        await Promise.all(running.map((controller) => controller.kill()));
        if (!this.opened) return;
        const controllers = await this.opened;
        await layAll(controllers);
        await this.start(running.map(({ name }) => name));
    }

    async disturb(name: ControllerName, fault: ControllerFault): Promise<void> {
        const controller = (await this.all())[name];
        if ("packets" in fault) await controller.run(["nft", "-f", "-"], { input: dropping(fault.packets === "dropped") });
        else {
            await controller.script(clock(fault.clock));
            await ready(controller);
        }
    }

    private async all(): Promise<Record<ControllerName, Controller>> {
        if (!this.opened) throw new MachineError("the lab's domain controllers were not started: startDomain() does it");
        return this.opened;
    }

    private async open(): Promise<Record<ControllerName, Controller>> {
        // Once, also when the rest fails and is tried again: their networks stay.
        this.machines ??= Promise.all([Controller.open("dc1"), Controller.open("dc2")]);
        const [dc1, dc2] = await this.machines;
        const controllers = { dc1, dc2 };
        await layAll(controllers);
        return controllers;
    }

    private publish(controllers: Record<ControllerName, Controller>): void {
        const running = controllerNames.filter((name) => controllers[name].running);
        const facts: RunningControllers = Object.fromEntries(
            running.map((name) => [name, { address: sites[name].address, command: controllers[name].command([]) }]),
        );
        if (running.length === 0) rmSync(controllersFile, { force: true });
        else writeFileSync(controllersFile, `${JSON.stringify(facts, undefined, 4)}\n`, { mode: 0o600 });
        // Also while they are down: a name that its nameservers do not answer is another fault than one that nobody knows.
        delegateZone(domain.dns, ...controllerNames.map((name) => sites[name].address));
    }
}

async function layAll(controllers: Record<ControllerName, Controller>): Promise<void> {
    const { tree, made } = await exclusively(cacheDir, async () => {
        await installHostPackages(() => undefined, hostPackages);
        const built = await buildControllerTree(await debianSources());
        return { tree: built, made: await provisionedDomain(built, controllers) };
    });
    for (const controller of Object.values(controllers)) await controller.lay([join(made, controller.name), tree]);
}

async function startOne(controller: Controller): Promise<void> {
    if (controller.running) return;
    await controller.boot();
    // Its network outlives it, with what a test that failed left there.
    await controller.run(["nft", "-f", "-"], { input: dropping(false) });
    await controller.run(["systemctl", "start", "samba-ad-dc"]);
    await ready(controller);
}

const dropping = (on: boolean): string =>
    ["table inet lost", "delete table inet lost", ...(on ? [chains] : [])].map((line) => `${line}\n`).join("");

/** Not over the loopback: commands in it go on, and so does Samba. ARP is answered as before. */
const chains = `table inet lost {
    chain in { type filter hook input priority 0; iifname != "lo" drop; }
    chain out { type filter hook output priority 0; oifname != "lo" drop; }
}`;

const dropIn = "/run/systemd/system/samba-ad-dc.service.d";
const faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/**
 * Only wall clocks are to be moved, and Samba's timers to be as they were. Not right yet: seen with 4.17 and libfaketime 0.9.10, its first
 * process logs the other time, and `currentTime` of LDAP is the true one all the same, by these variables as by /etc/faketimerc.
 */
function clock(seconds: number): string {
    const offset = `${seconds < 0 ? "-" : "+"}${Math.abs(seconds)}s`;
    const environment = [`LD_PRELOAD=${faketime}`, `FAKETIME=${offset}`, "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_NO_CACHE=1"];
    return [
        `rm -rf ${dropIn}`,
        ...(seconds === 0 ? [] : [`mkdir -p ${dropIn}`, `printf '[Service]\\n' > ${dropIn}/clock.conf`]),
        ...(seconds === 0 ? [] : environment.map((line) => `echo 'Environment=${line}' >> ${dropIn}/clock.conf`)),
        "systemctl daemon-reload",
        "systemctl restart samba-ad-dc",
    ].join("\n");
}

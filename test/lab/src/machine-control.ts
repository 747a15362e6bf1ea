import { chmodSync } from "node:fs";
import { createServer } from "node:http";
import { DomainControllers } from "./ad/domain-controllers";
import type { MachineControl } from "./client";
import { MachineError } from "./machine";
import { delegateZone } from "./machine/services/dns";
import { machineSocket } from "./machine/layout";
import type { RealMachine } from "./machine/real-machine";

type Actions = { [Action in keyof MachineControl]: (body: MachineControl[Action]) => Promise<void> };

/** Lets tests do to the machinery what no API can: `POST /ACTION` with a JSON body on a unix socket. */
export async function serveMachineControl(machine: RealMachine): Promise<void> {
    const domain = new DomainControllers();
    const actions: Actions = {
        crash: ({ node, vmid }) => machine.crash(node, vmid),
        "power-off": ({ node }) => machine.powerOff(node),
        "power-on": ({ node }) => machine.powerOn(node),
        ssh: ({ node, vmid, fault }) => machine.sshFault(node, vmid, fault),
        dns: async ({ domain, server }) => delegateZone(domain, server),
        "ad-start": ({ controllers }) => domain.start(controllers),
        "ad-stop": ({ controller, powerOff }) => domain.stop(controller, powerOff),
        "ad-reset": () => domain.reset(),
        "ad-disturb": ({ controller, fault }) => domain.disturb(controller, fault),
        link: ({ node, vmid, up }) => machine.setLink(node, vmid, up),
    };
    const server = createServer((request, response) => {
        const action = actions[request.url?.slice(1) as keyof Actions] as ((body: unknown) => Promise<void>) | undefined;
        let text = "";
        request.on("data", (chunk: Buffer) => (text += chunk.toString()));
        request.on("end", () => {
            const done = action
                ? Promise.resolve().then(() => action(JSON.parse(text)))
                : Promise.reject(new Error(`unknown action ${request.url}`));
            done.then(
                () => response.writeHead(200).end(),
                (error: unknown) => response.writeHead(500).end(wordsOf(error)),
            );
        });
    });
    await new Promise<void>((resolve) => server.listen(machineSocket, resolve));
    chmodSync(machineSocket, 0o600);
}

/** With what a failed command printed. */
function wordsOf(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    return [error.message, ...(error instanceof MachineError ? error.log : [])].join("\n");
}

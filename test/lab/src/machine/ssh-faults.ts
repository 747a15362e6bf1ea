import { readFileSync } from "node:fs";
import type { Container } from "./container";
import { run } from "./run";

/**
 * What can befall SSH to a host of the lab:
 * `cut` ends the open sessions, `hang` makes sshd and its sessions stop answering (new connections get no banner) until `resume`,
 * `stop` refuses connections until `start`, `busy` lets in one unauthenticated connection at a time (MaxStartups) until `calm`.
 */
export type SshFault = "cut" | "hang" | "resume" | "stop" | "start" | "busy" | "calm";

const dropIn = "/etc/ssh/sshd_config.d/lab-fault.conf";

export async function sshFault(container: Container, fault: SshFault): Promise<void> {
    const inside = (script: string): Promise<string> => run(container.command(["sh", "-ec", script], false));
    const acts: Record<SshFault, () => unknown> = {
        cut: () => signal(sshd(container, false), "SIGKILL"),
        hang: () => signal(sshd(container, true), "SIGSTOP"),
        resume: () => signal(sshd(container, true), "SIGCONT"),
        stop: () => inside("systemctl stop ssh.socket ssh.service; pkill -x sshd || true"),
        start: () => inside("systemctl start ssh.service"),
        // Not reloaded: that comes back before sshd has read its configuration, and for a moment nobody listens. Sessions outlive a restart.
        busy: () => inside(`echo 'MaxStartups 1:100:1' > ${dropIn} && systemctl restart ssh.service`),
        calm: () => inside(`rm -f ${dropIn} && systemctl restart ssh.service`),
    };
    await acts[fault]();
}

/** The sshd processes of a container: its sessions, and the listener too when told. */
function sshd(container: Container, listener: boolean): number[] {
    return container.processes().filter((pid) => {
        const command = readOrNothing(`/proc/${pid}/cmdline`);
        return /^sshd(-session)?:/.test(command) && (listener || !command.includes("[listener]"));
    });
}

function signal(pids: number[], name: NodeJS.Signals): void {
    for (const pid of pids) {
        try {
            process.kill(pid, name);
        } catch {
            // Ended by itself.
        }
    }
}

function readOrNothing(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch {
        return "";
    }
}

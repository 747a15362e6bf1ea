import type { Deadline } from "../../base/deadline";
import { inRoom, privateAnswers, privateRun } from "../../ad";
import type { PrivateCommand, Said } from "../../ad";
import type { HostSession } from "../../hosts";
import { toolConfig } from "./part";
import type { Membership } from "./types";

/** What each command said, by its name; those that did not run are left out. */
export type Answers = Partial<Record<string, Said>>;

interface Privately {
    /** Names the run; the gateway's log has it. */
    name: string;
    /** Seconds for all commands. */
    timeout: number;
    deadline: Deadline;
}

/** Samba's tools with the member's configuration in a room of their own, as argv and stdin. */
export const inPrivate = (member: Membership, commands: PrivateCommand[]): { argv: string[]; stdin: string } =>
    privateRun(inRoom(member.domain, toolConfig(member), commands));

/** Runs Samba's tools as one step of the gateway's queue. `message`: of a step that fails as a whole; `key`: of its unit. */
export async function runPrivately(
    { queue }: HostSession,
    member: Membership,
    commands: PrivateCommand[],
    { name, timeout, deadline, key, message }: Privately & { key: string; message: string },
): Promise<Answers> {
    const step = { do: "run" as const, id: name, ...inPrivate(member, commands), timeout, message };
    const { steps } = await queue.submit({ key, steps: [step] }, deadline);
    return privateAnswers(steps[name]?.stdout ?? "");
}

/** The same for commands that the gateway's queue need not wait for: they change nothing there. */
export async function lookPrivately(
    { executor }: HostSession,
    member: Membership,
    commands: PrivateCommand[],
    { name, timeout, deadline }: Privately,
): Promise<Answers> {
    const look = await executor.gather({ commands: [{ name, ...inPrivate(member, commands), timeout }] }, deadline);
    return privateAnswers(look.commands[name]?.stdout ?? "");
}

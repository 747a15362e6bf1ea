import { runAtWorkstation } from "../../lab/src/client";
import { type Guest, inGuest } from "./guests";
import { until } from "./until";

/** Whether sshd at this address shows its key: what comes to it then is answered. */
export async function sshAnswers(address: string): Promise<boolean> {
    return (await runAtWorkstation(["ssh-keyscan", "-T", "10", "-t", "ed25519", address])).stdout.includes(" ssh-ed25519 ");
}

/** After a start or a restart that pvesmb did not wait for: sshd, which pvesmb needs, and smbd, which clients need, answer again. */
export async function answers(guest: Pick<Guest, "node" | "vmid">, address: string): Promise<void> {
    await until(`sshd at ${address} answers`, () => sshAnswers(address));
    await smbdAnswers(guest);
}

/** smbd answers messages: it has read the configuration that it was told of, and connections are accepted. */
export async function smbdAnswers(guest: Pick<Guest, "node" | "vmid">): Promise<void> {
    await until(`smbd of CT ${guest.vmid} answers`, () =>
        inGuest(guest, "smbcontrol smbd ping").then(
            () => true,
            () => false,
        ),
    );
}

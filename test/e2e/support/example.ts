import type { Lab } from "./lab";
import type { Login } from "./smb-client";
import type { Stack } from "./stack";

/** Sets the configuration of one of examples/: the lab's node, storages and addresses, and each account's password. */
export async function configureExample(
    stack: Stack,
    lab: Lab,
    { template, address, dataSize }: { template: string; address: string; dataSize: string },
    logins: readonly Login[],
): Promise<void> {
    const settings = {
        template,
        address: `${address}/24`,
        gateway: lab.gateway,
        rootfsStorage: "local",
        dataStorage: "tank",
        dataSize,
        dataOnDelete: "destroy",
    };
    for (const [key, value] of Object.entries(settings)) await stack.config(key, value);
    for (const { user, password } of logins) await stack.config(user, password, { secret: true });
}

import type { SshConnection } from "../../base/connection";
import { pinsOf } from "../../base/pins";
import { knownKeys, sshHost } from "../../hosts";
import type { Host, SshTarget } from "../../hosts";
import type { HostInputs } from "../../model";

export type Target = HostInputs["ssh"];

/** The properties with their defaults: a reference stores them as the user wrote them. */
const filled = (ssh: Target): Target & { sudo: boolean } => {
    const user = ssh.user ?? "root";
    return { ...ssh, port: ssh.port ?? 22, user, sudo: ssh.sudo ?? user !== "root" };
};

/**
 * The host as `ssh` says, with the credentials of the connection. Without given keys known_hosts decides; a host that it does not know must
 * have a key of the gateway's state.
 */
export function hostAt(given: Target, connection: SshConnection, id: string | undefined): Host {
    const { host, port, user, sudo, hostKeys, knownHosts = connection.knownHosts, jump } = filled(given);
    const { privateKey, passphrase, agentSocket: agent } = connection;
    const shared: Pick<SshTarget, "privateKey" | "passphrase" | "agent" | "knownHosts"> = { privateKey, passphrase, agent, knownHosts };
    const pins = id === undefined || knownKeys(knownHosts, host, port).length > 0 ? [] : [...pinsOf(id)];
    return sshHost({
        ...shared,
        address: host,
        port,
        username: user,
        sudo,
        hostKeys: hostKeys ?? pins,
        ...jumpOf(jump, connection, shared),
    });
}

function jumpOf(jump: Target["jump"], connection: SshConnection, shared: Partial<SshTarget>): Pick<SshTarget, "jump"> {
    if (jump !== undefined)
        return {
            jump: {
                ...shared,
                address: jump.host,
                port: jump.port ?? 22,
                username: jump.user ?? "root",
                ...(jump.hostKeys === undefined ? {} : { hostKeys: jump.hostKeys }),
            },
        };
    const common = connection.jump;
    return common === undefined ? {} : { jump: { ...shared, ...common, username: common.username } };
}

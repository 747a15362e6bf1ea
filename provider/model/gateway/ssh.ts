import * as z from "zod";
import { hostKey, port } from "../connection-parts";
import { field, named } from "../meta";

const host = z
    .string()
    .regex(
        /^([A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]+)$/,
        "must be a host name or an IP address, without a port",
    );
const login = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, "must be the name of an account");
const hostKeys = (whose: string) =>
    field(z.array(hostKey).min(1).optional(), {
        description: `Accepted host keys of ${whose}: \`SHA256:...\` or public key lines. Nothing else is accepted then.`,
        defaultText: "those in known_hosts",
    });

const jump = z.strictObject({
    host: field(host, { description: "Name or IP address of the jump host." }),
    port: field(port.default(22), { description: "SSH port." }),
    user: field(login.default("root"), { description: "User on the jump host." }),
    hostKeys: hostKeys("the jump host"),
});

/** A host that is there already, and how SSH reaches it. */
export const existingSsh = z.strictObject({
    host: field(host, { description: "Name or IP address at which SSH reaches the host." }),
    port: field(port.default(22), { description: "SSH port." }),
    user: field(login.default("root"), { description: "User that logs in." }),
    sudo: field(z.boolean().optional(), {
        description:
            "Run commands through `sudo -n`; `npx pvesmb permissions --feature existing-host --only node` (mode `native`: `--feature native`) prints the commands that grant the rights for it.",
        defaultText: "true unless `user` is root",
    }),
    hostKeys: hostKeys("the host"),
    knownHosts: field(z.string().min(1).optional(), {
        description: "A known_hosts file.",
        defaultText: "that of `connection.ssh`",
    }),
    jump: field(jump.optional(), { description: "Jump host.", defaultText: "that of `connection.ssh`" }),
});
named(existingSsh, { name: "ExistingSsh" });

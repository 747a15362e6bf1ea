import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runAtWorkstation, sshArguments } from "../../lab/src/client";
import type { SmbGatewayArgs } from "../../../sdk/nodejs/generated/smb-gateway";
import { control } from "./control";
import { inGuest } from "./guests";
import { sshKey, sshKeyFile } from "./least-rights";
import { runDirectory } from "./run-directory";
import type { Login } from "./smb-client";
import { keysOf } from "./node-keys";
import { until } from "./until";

/** A host that pvesmb did not make: a container of the lab, with sshd and perhaps with Samba and shares of its own. */
export interface ExistingHost {
    vmid: number;
    node: string;
    address: string;
    /** Runs a shell command there, as root and without pvesmb. */
    run(script: string): Promise<string>;
}

/** A user and a share of the host's own. */
export const OWNER: Login = { user: "owner", password: "0wner's own pass" };
export const OWN_SHARE = "theirs";

/** As an administrator wrote it; `force user` in [global] would be handed down to shares behind it. */
export const OWN_CONFIG = `# smb.conf of the administrator
[global]
   workgroup = ACME
   server string = %h
   map to guest = bad user
   force user = owner
   log level = 1

[${OWN_SHARE}]
   path = /home/theirs
   read only = no
   ; the last line of the file decides nothing about others
   valid users = owner
`;

const SETUP = `set -e
useradd -M -s /usr/sbin/nologin owner
mkdir -p /home/theirs
echo 'written before' > /home/theirs/old.txt
chown -R owner: /home/theirs
cat > /etc/samba/smb.conf <<'END'
${OWN_CONFIG}END
printf '%s\\n%s\\n' "$PASSWORD" "$PASSWORD" | smbpasswd -s -a owner
systemctl enable smbd >/dev/null 2>&1
systemctl restart smbd
`;

/** With `LAB_HOSTS=trixie`, Debian 13. */
const release = process.env["LAB_HOSTS"] === "trixie" ? "debian-13" : "debian-12";

/** `has`: Debian's Samba, or only what a minimal installation has. */
export async function makeHost(vmid: number, address: string, has: "samba" | "standard" = "samba"): Promise<ExistingHost> {
    const node = "pve1";
    const template = `${release}-${has}`;
    const all = (await control("call", "GET", `/nodes/${node}/storage/local/content`, { content: "vztmpl" })) as { volid: string }[];
    const ostemplate = all.find(({ volid }) => volid.includes(template))?.volid ?? "";
    await control("run", "POST", `/nodes/${node}/lxc`, {
        vmid: String(vmid),
        ostemplate,
        rootfs: "local:4",
        unprivileged: "1",
        hostname: `host${vmid}`,
        features: "nesting=1",
        net0: `name=eth0,bridge=vmbr0,ip=${address}/24,gw=10.86.0.1`,
        "ssh-public-keys": await sshKey(".pub"),
    });
    await control("run", "POST", `/nodes/${node}/lxc/${vmid}/status/start`);
    await until("the host answers", async () => (await runAtWorkstation(sshArguments(address, sshKeyFile, "true"))).code === 0);
    // Until then its boot writes to /etc.
    await inGuest({ node, vmid }, "systemctl is-system-running --wait || true");
    return { vmid, node, address, run: (script) => inGuest({ node, vmid }, script) };
}

/** Gives it a Samba of its own, with one user and one share. */
export async function withOwnSamba(host: ExistingHost): Promise<ExistingHost> {
    await host.run(`PASSWORD=${JSON.stringify(OWNER.password)}\n${SETUP}`);
    return host;
}

/** The environment of a stack that knows nothing of Proxmox VE, only the hosts' keys. */
export async function onlySsh(...hosts: { address: string }[]): Promise<Record<string, string>> {
    const file = join(runDirectory(), `known_hosts-${hosts.map(({ address }) => address).join("-")}`);
    writeFileSync(file, await keysOf(hosts.map(({ address }) => address)));
    return { PROXMOX_VE_SSH_PRIVATE_KEY: await sshKey(""), PVESMB_SSH_KNOWN_HOSTS: file };
}

export const existingArgs = (host: ExistingHost, ssh: object = {}, more: object = {}): SmbGatewayArgs => ({
    mode: "existing",
    ssh: { host: host.address, ...ssh },
    ...more,
});

/**
 * /etc as a list of lines: path, type, mode, owner, content. Left out, with the reason:
 * - passwd-, group-, shadow-, gshadow-, subuid-, subgid-: backups that useradd and userdel write of the files beside them
 * - .pwd.lock: their lock
 * - ld.so.cache, mtab: caches of the system
 */
export const manifest = (host: ExistingHost): Promise<string> =>
    host.run(`cd /etc && find . -xdev \\( ${LEFT_OUT.map((name) => `-path ./${name}`).join(" -o ")} \\) -prune -o -print | LC_ALL=C sort | while read -r path; do
    if [ -L "$path" ]; then echo "$path -> $(readlink "$path")"
    elif [ -d "$path" ]; then echo "$path $(stat -c '%F %a %u %g' "$path")"
    else echo "$path $(stat -c '%F %a %u %g' "$path") $(sha256sum < "$path" | cut -c1-16)"; fi
done`);

const LEFT_OUT = ["passwd-", "group-", "shadow-", "gshadow-", "subuid-", "subgid-", ".pwd.lock", "ld.so.cache", "mtab"];

/**
 * What is different after packages came and went, without what their scripts leave by Debian's rules: users and groups of packages, and
 * links of alternatives.
 */
export function difference(a: string, b: string): string[] {
    const [first, second] = [a, b].map((text) => new Set(text.split("\n")));
    const lines = [...(first ?? [])].filter((line) => !second?.has(line)).concat([...(second ?? [])].filter((line) => !first?.has(line)));
    return lines.filter(
        (line) =>
            !/^\.\/(passwd|group|shadow|gshadow|subuid|subgid|ld\.so\.cache|alternatives|ssl|ca-certificates|python3|nsswitch|apt)\b/.test(
                line,
            ) && line !== "",
    );
}

import { text } from "node:stream/consumers";
import ssh2, { type ConnectConfig } from "ssh2";

// A CommonJS module; node does not find its named exports.
const { Client, utils } = ssh2;
type Connection = InstanceType<typeof Client>;

/**
 * The floor for "first share": what an administrator would write by hand. It gives Proxmox VE and the container the same work as pvesmb, in
 * one remote shell script, without checking, comparing, marking or undoing anything. It runs on the workstation, by node itself, without a
 * compiler. Settings come on stdin, the connection through environment variables as for pvesmb. It prints the output of the remote script.
 */

export interface BareSettings {
    vmid: number;
    /** Volume id. */
    template: string;
    address: string;
    gateway: string;
    user: string;
    password: string;
    /** Only remove the container of an earlier run. */
    remove?: boolean;
}

const endpoint = process.env["PROXMOX_VE_ENDPOINT"] ?? "";
const privateKey = process.env["PROXMOX_VE_SSH_PRIVATE_KEY"] ?? "";
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
let headers: Record<string, string> = {};

async function call<T>(method: "GET" | "POST" | "DELETE", path: string, parameters: Record<string, string> = {}): Promise<T> {
    const body = method === "POST" ? new URLSearchParams(parameters) : undefined;
    const response = await fetch(`${endpoint}/api2/json${path}`, { method, headers, body });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${response.statusText} ${await response.text()}`);
    return ((await response.json()) as { data: T }).data;
}

async function logIn(): Promise<void> {
    const { ticket, CSRFPreventionToken } = await call<{ ticket: string; CSRFPreventionToken: string }>("POST", "/access/ticket", {
        username: process.env["PROXMOX_VE_USERNAME"] ?? "",
        password: process.env["PROXMOX_VE_PASSWORD"] ?? "",
    });
    headers = { Cookie: `PVEAuthCookie=${ticket}`, CSRFPreventionToken };
}

async function ended(upid: string): Promise<void> {
    for (;;) {
        const task = await call<{ status: string; exitstatus?: string }>("GET", `/nodes/pve1/tasks/${encodeURIComponent(upid)}/status`);
        if (task.status !== "stopped") await pause(100);
        else if (task.exitstatus === "OK") return;
        else throw new Error(`task failed: ${task.exitstatus ?? ""}`);
    }
}

function publicKey(): string {
    const key = utils.parseKey(privateKey);
    if (key instanceof Error || Array.isArray(key)) throw new Error("one readable private key is needed");
    return `${key.type} ${key.getPublicSSH().toString("base64")}`;
}

function connect(config: ConnectConfig): Promise<Connection> {
    return new Promise((resolve, reject) => {
        const client = new Client();
        client.on("ready", () => resolve(client)).on("error", reject);
        client.connect(config);
    });
}

async function connectWhenUp(host: string): Promise<Connection> {
    for (const until = Date.now() + 60_000; ; await pause(100)) {
        try {
            return await connect({ host, username: "root", privateKey, readyTimeout: 3000 });
        } catch (error) {
            if (Date.now() > until) throw error;
        }
    }
}

function shell(client: Connection, script: string): Promise<string> {
    return new Promise((resolve, reject) => {
        client.exec("sh -es", (error, channel) => {
            if (error) {
                reject(error);
                return;
            }
            const said = { out: "", err: "" };
            channel.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
            channel.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString()));
            channel.on("close", (code: number) => (code === 0 ? resolve(said.out) : reject(new Error(`remote script: ${said.err}`))));
            channel.end(script);
        });
    });
}

/** The same packages as pvesmb's, and the same share in the end. */
const remoteScript = ({ user, password }: BareSettings): string => `export DEBIAN_FRONTEND=noninteractive LC_ALL=C
began=$(date +%s%N)
if ! dpkg-query -W samba samba-vfs-modules smbclient acl attr python3 >/dev/null 2>&1; then
    printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    apt-get -q -y update >&2
    apt-get -q -y install --no-install-recommends samba samba-vfs-modules smbclient acl attr python3 >&2
    rm /usr/sbin/policy-rc.d
fi
echo "install ms: $(( ($(date +%s%N) - began) / 1000000 ))"
cat > /etc/samba/smb.conf <<'END'
[global]
workgroup = WORKGROUP
server min protocol = SMB3
server signing = mandatory
disable netbios = yes
include = /etc/samba/shares.conf
END
: > /etc/samba/shares.conf
systemctl enable smbd >&2
systemctl restart smbd
useradd -M -s /usr/sbin/nologin ${user}
printf '%s\\n%s\\n' '${password}' '${password}' | smbpasswd -s -a ${user} >&2
install -d -m 770 -o root -g root /srv/pvesmb/docs
setfacl -m u:${user}:rwx -m d:u:${user}:rwx /srv/pvesmb/docs
cat > /etc/samba/shares.conf <<'END'
[docs]
path = /srv/pvesmb/docs
read only = no
valid users = ${user}
END
testparm -s >/dev/null 2>&1
smbcontrol smbd reload-config
`;

const settings = JSON.parse(await text(process.stdin)) as BareSettings;
const container = `/nodes/pve1/lxc/${settings.vmid}`;
await logIn();
if (settings.remove) {
    await ended(await call<string>("POST", `${container}/status/stop`));
    await ended(await call<string>("DELETE", container));
} else {
    const upid = await call<string>("POST", "/nodes/pve1/lxc", {
        vmid: String(settings.vmid),
        ostemplate: settings.template,
        hostname: "bare",
        unprivileged: "1",
        features: "nesting=1",
        cores: "1",
        memory: "512",
        swap: "512",
        rootfs: "local:4",
        mp0: "tank:1,mp=/srv/pvesmb,backup=1",
        net0: `name=eth0,bridge=vmbr0,ip=${settings.address}/24,gw=${settings.gateway},type=veth`,
        "ssh-public-keys": publicKey(),
    });
    await ended(upid);
    await call<string>("POST", `${container}/status/start`);
    const client = await connectWhenUp(settings.address);
    process.stdout.write(await shell(client, remoteScript(settings)));
    client.end();
}

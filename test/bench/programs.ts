/** Texts of Pulumi programs. Stack configuration: `template`, `address`, `gateway`, `alice` (secret), `comment`. */

const gatewayAndUser = (data: string): string => `import * as pulumi from "@pulumi/pulumi";
import * as pvesmb from "pvesmb";

const config = new pulumi.Config();
const files = new pvesmb.SmbGateway("files", {
    node: "pve1",
    lxc: { template: config.require("template"), rootfs: { storage: "local", size: "4GiB" }, cores: 1, memory: "512MiB" },
    network: { bridge: "vmbr0", address: config.require("address"), gateway: config.require("gateway") },
    ${data}
});
const alice = new pvesmb.SmbUser("alice", { gateway: files, password: config.requireSecret("alice") });
`;

/** A gateway with some further settings, a user, and shares with an access list. */
export function sharesProgram(shares: number, settings = ""): string {
    return `${gatewayAndUser(`data: { storage: "tank", size: "1GiB" }, dataOnDelete: "destroy", ${settings}`)}
for (let i = 1; i <= ${shares}; i++) {
    new pvesmb.SmbShare(\`share\${i}\`, {
        gateway: files,
        comment: config.get("comment") ?? "A share of the bench",
        access: [{ user: alice.name, level: "full" }],
        onDelete: "delete",
    });
}
`;
}

/** A gateway, a user, and shares with an access list; the first `quotas` of them have a limit. */
function limitedShares(data: string, settings: string, limit: string, { shares, quotas }: { shares: number; quotas: number }): string {
    return `${gatewayAndUser(data)}
for (let i = 1; i <= ${shares}; i++) {
    const share = new pvesmb.SmbShare(\`share\${i}\`, { gateway: files, access: [{ user: alice.name, level: "full" }], ${settings} });
    if (i <= ${quotas}) new pvesmb.Quota(\`share\${i}\`, { share, ${limit} });
}
`;
}

/** Limits on directories of a gateway whose data is a directory of its node (stack configuration `bind`). */
export const quotasProgram = (shares: number, quotas: number): string =>
    limitedShares('data: { bind: config.require("bind") },', "", 'limit: "64MiB", enable: true', { shares, quotas });

/** Limits on volumes; each share has a volume of its own. */
export const volumesProgram = (shares: number, quotas: number): string =>
    limitedShares(
        'data: { storage: "tank", size: "1GiB" }, dataOnDelete: "destroy",',
        'volume: { storage: "tank", initialSize: "32MiB" }, onDelete: "delete"',
        'limit: "48MiB"',
        { shares, quotas },
    );

/** Bytes that the engine stores for a trivial resource, without its ballast. */
const BARE_STATE = 1514;

/**
 * The engine's own cost: the same number of dynamic resources that do nothing, with the same dependencies and the same number of bytes of
 * state each.
 */
export function trivialProgram(shares: number, stateBytes: number): string {
    // Both inputs and outputs contain it.
    const ballast = Math.max(0, Math.round((stateBytes - BARE_STATE) / 2));
    return `import * as pulumi from "@pulumi/pulumi";

const handler = "exports.handler=()=>({create:async(i)=>({id:'x',outs:i}),update:async(id,o,n)=>({outs:n}),read:async(id,p)=>({id,props:p,inputs:p})})";
class Trivial extends pulumi.CustomResource {
    constructor(name: string, dependsOn: pulumi.Resource[] = []) {
        super("pulumi-nodejs:dynamic/bench:Trivial", name, { __provider: handler, ballast: "x".repeat(${ballast}) }, { dependsOn });
    }
}
const gateway = new Trivial("gateway");
const user = new Trivial("user", [gateway]);
for (let i = 1; i <= ${shares}; i++) new Trivial(\`share\${i}\`, [gateway, user]);
`;
}

/**
 * The engine's own cost for such resources: the same number of resources that do nothing, with the same inputs and outputs as shares with
 * an access list, property by property. The engine's time depends more on the number of properties than on their bytes.
 */
export const sameShapeProgram = (shares: number): string => `import * as pulumi from "@pulumi/pulumi";

const handler = 'exports.handler=()=>require("bench-twin").provider';
class Twin extends pulumi.CustomResource {
    constructor(name: string, inputs: pulumi.Inputs) {
        const key = \`urn:pulumi:\${pulumi.getStack()}::\${pulumi.getProject()}::pulumi-nodejs:dynamic/bench:Twin::\${name}\`;
        super("pulumi-nodejs:dynamic/bench:Twin", name, { __provider: handler, key, ...inputs });
    }
}
const gateway = new Twin("gateway", {});
const user = new Twin("user", { gateway: { id: gateway.id } });
for (let i = 1; i <= ${shares}; i++)
    new Twin(\`share\${i}\`, {
        access: [{ level: "full", user: user.id }],
        comment: "A share of the bench",
        gateway: { id: gateway.id },
        name: \`share\${i}\`,
        onDelete: "delete",
    });
`;

/**
 * The module `bench-twin`. The state holds the same line as a share's. The outputs that a share has beyond its inputs are added here, and
 * the URN is left out.
 */
export const SAME_SHAPE_MODULE = `const of=({key,...i})=>({...i,path:"/srv/pvesmb/"+i.name,unc:"\\\\\\\\10.86.0.63\\\\"+i.name});
exports.provider={create:async(i)=>({id:"af4041618afe6a16",outs:of(i)}),update:async(id,o,n)=>({outs:of(n)}),read:async(id,props)=>({id,props})};`;

/**
 * One SSH session per share, each a resource of its own with one shell script: how shares are made with pulumi-command. Uses that
 * provider's own `remote.Command`, or, if its plugin is not available, a dynamic resource that does the same. Stack configuration: `host`,
 * `privateKey` (secret).
 */
export function sessionsProgram(shares: number, by: "remote.Command" | "dynamic"): string {
    return `import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const connection = { host: config.require("host"), user: "root", privateKey: config.requireSecret("privateKey") };
const dynamic = ${JSON.stringify(SESSION_PROVIDER)};
class Session extends pulumi.CustomResource {
    constructor(name: string, create: string) {
        ${
            by === "remote.Command"
                ? `super("command:remote:Command", name, { connection, create });`
                : `super("pulumi-nodejs:dynamic/bench:Session", name, { __provider: dynamic, connection, create });`
        }
    }
}
for (let i = 1; i <= ${shares}; i++) new Session(\`share\${i}\`, \`${SHARE_SCRIPT}\`);
`;
}

/** `\${i}` is expanded by the program. The lock is needed because sessions run in parallel. */
const SHARE_SCRIPT = `set -e
install -d -m 770 /srv/pvesmb/share\${i}
setfacl -m u:alice:rwx,d:u:alice:rwx /srv/pvesmb/share\${i}
exec 9>/run/lock/shares
flock 9
cat >> /etc/samba/shares.conf <<'END'
[share\${i}]
comment = A share of the bench
path = /srv/pvesmb/share\${i}
read only = no
valid users = alice
END
testparm -s >/dev/null 2>&1
smbcontrol smbd reload-config`;

const SESSION_PROVIDER = `exports.handler=()=>({create:(inputs)=>new Promise((resolve,reject)=>{
const client=new(require("ssh2").Client)();
client.on("error",reject).on("ready",()=>client.exec(inputs.create,(error,channel)=>error?reject(error):channel.resume().on("close",(code)=>{
client.end();
code===0?resolve({id:"x",outs:inputs}):reject(new Error("exit code "+code));
}))).connect({...inputs.connection,username:inputs.connection.user,readyTimeout:60000});
})})`;

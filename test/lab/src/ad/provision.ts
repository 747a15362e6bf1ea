import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../machine/packages/cache";
import { network } from "../machine/layout";
import type { Controller } from "./controller";
import { controllerNames, domain, sites } from "./layout";
import type { ControllerName } from "./layout";

/** What of a controller makes it this domain's. */
const parts = ["var/lib/samba", "etc/samba", "etc/krb5.conf"];

/** Lines that [global] gets beside those of Samba's own tools, which leave some out that are given them by --option. */
const settings = (name: ControllerName): Record<string, string> => ({
    "log level": "1",
    // Between sites a change is not told at once; a controller looks for changes every 300 s (source4/dsdb/repl/drepl_service.c).
    "dreplsrv:periodic_interval": "5",
    ...(sites[name].hardened
        ? { "ntlm auth": "disabled", "kdc supported enctypes": "aes128-cts-hmac-sha1-96 aes256-cts-hmac-sha1-96" }
        : { "ntlm auth": "ntlmv2-only" }),
});

const settingsScript = (name: ControllerName): string => {
    const lines = Object.entries(settings(name)).map(([key, value]) => `\\n\\t${key} = ${value}`);
    return `sed -i 's/^\\[global\\]$/&${lines.join("")}/' /etc/samba/smb.conf`;
};

/** The first controller: the domain, its sites, and no ageing of passwords, since what is made today is used for months. */
const first = (name: ControllerName): string => `
export PYTHONWARNINGS=ignore
samba-tool domain provision --server-role=dc --use-rfc2307 --dns-backend=SAMBA_INTERNAL --realm=${domain.realm} \
    --domain=${domain.workgroup} --domain-sid=${domain.sid} --site=${sites[name].site} --host-name=${name} --host-ip=${sites[name].address} \
    --adminpass='${domain.administrator.password}' --option='dns forwarder = ${network.services}'
${settingsScript(name)}
cp /var/lib/samba/private/krb5.conf /etc/krb5.conf
samba-tool domain passwordsettings set --max-pwd-age=0 --min-pwd-age=0 --history-length=0
${Object.values(sites)
    .map(
        ({ site, subnet }) =>
            `${site === sites[name].site ? "" : `samba-tool sites create ${site}\n`}samba-tool sites subnet create ${subnet} ${site}`,
    )
    .join("\n")}
systemctl start samba-ad-dc
`;

/** One more controller of it. The password comes by stdin, which samba-tool reads where it has no terminal. */
const further = (name: ControllerName): string => `
export PYTHONWARNINGS=ignore
printf '[libdefaults]\\n\\tdefault_realm = ${domain.realm}\\n\\tdns_lookup_kdc = true\\n\\tdns_lookup_realm = false\\n' > /etc/krb5.conf
resolv=$(cat /etc/resolv.conf)
echo 'nameserver ${sites.dc1.address}' > /etc/resolv.conf
echo '${domain.administrator.password}' | samba-tool domain join ${domain.dns} DC -U ${domain.administrator.user} --site=${sites[name].site} \
    --dns-backend=SAMBA_INTERNAL --option='dns forwarder = ${network.services}'
${settingsScript(name)}
echo "$resolv" > /etc/resolv.conf
systemctl start samba-ad-dc
`;

const recipe = { domain, sites, parts, first: first("dc1"), further: further("dc2") };

/** The domain as files of its two controllers, made once by those themselves: a folder with one layer for each. */
export function provisionedDomain(tree: string, controllers: Record<ControllerName, Controller>): Promise<string> {
    return cached("ad-domain", { recipe, tree }, async (path) => {
        try {
            await provision(path, tree, controllers);
        } catch (error) {
            // The next try lays their files anew.
            await Promise.all(Object.values(controllers).map((controller) => controller.kill()));
            throw error;
        }
    });
}

async function provision(path: string, tree: string, controllers: Record<ControllerName, Controller>): Promise<void> {
    const [one, ...others] = controllerNames.map((name) => controllers[name]) as [Controller, ...Controller[]];
    for (const controller of [one, ...others]) {
        await controller.lay([tree]);
        await controller.boot();
        await controller.script(controller === one ? first(controller.name) : further(controller.name));
        await ready(controller);
    }
    // It registers its names some seconds after its start.
    for (const controller of others)
        await controller.until("its names are in its DNS", async () => {
            const { site, address } = sites[controller.name];
            for (const part of [`_ldap._tcp.${site}._sites`, "_ldap._tcp.dc._msdcs"]) {
                const { stdout } = await controller.attempt(["host", "-t", "SRV", `${part}.${domain.dns}`, address]);
                if (!stdout.includes(`${controller.name}.${domain.dns}`)) return `${part} has it not`;
            }
            return true;
        });
    // Both directions, once in full: whoever is started alone later knows all.
    for (const [to, from] of [
        ["dc1", "dc2"],
        ["dc2", "dc1"],
    ] as const) {
        for (const context of [
            domain.base,
            ...["CN=Configuration", "DC=DomainDnsZones", "DC=ForestDnsZones"].map((part) => `${part},${domain.base}`),
        ])
            await controllers[to].until(`replicates ${context} from ${from}`, async () => {
                // Not with --local: that needs the other one's names for tickets, which are not replicated yet.
                const argv = ["samba-tool", "drs", "replicate", to, from, context, "--full-sync", "-P"];
                const { code, stdout, stderr } = await controllers[to].attempt(argv);
                return code === 0 || `${stdout}${stderr}`.trim();
            });
    }
    for (const controller of [one, ...others]) {
        await controller.run(["systemctl", "stop", "samba-ad-dc"]);
        const layer = join(path, controller.name);
        mkdirSync(layer, { recursive: true });
        const names = parts.filter((part) => existsSync(join(controller.files, part))).join(" ");
        const xattrs = "--xattrs --xattrs-include='*'";
        await controller.space.run(["sh", "-e", "-c", `tar -C ${controller.root} ${xattrs} -c ${names} | tar -C ${layer} ${xattrs} -xp`]);
        await controller.shutdown();
    }
}

/** Waits until a controller answers for the domain: names, tickets, directory. */
export async function ready(controller: Controller): Promise<void> {
    const { address } = controller.space.layout;
    await controller.until("ports 53, 88, 389 and 445 are open", async () => {
        const open = await controller.space.run(["ss", "-Hltn"]);
        return [53, 88, 389, 445].every((port) => open.includes(`${address}:${port} `) || open.includes(`0.0.0.0:${port} `));
    });
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { domain } from "../../lab/src/ad/layout";
import { runAtWorkstation } from "../../lab/src/client";
import type { RunResult } from "../../lab/src/client";
import { runDirectory } from "./run-directory";
import { spending } from "./spent";

/** A user of the lab's domain at the workstation, with a krb5.conf, a smb.conf and a ticket cache of its own. */
export class DomainClient {
    private readonly folder = mkdtempSync(join(runDirectory(), "domain-"));

    constructor(
        private readonly user: string,
        private readonly password: string,
    ) {
        const file = (name: string, text: string): void => writeFileSync(join(this.folder, name), text, { mode: 0o600 });
        file("krb5.conf", `[libdefaults]\ndefault_realm = ${domain.realm}\nrdns = false\ndns_lookup_kdc = true\n`);
        // smbclient keeps addresses for eleven minutes, by default for all users of the machine: another file's gateway had the same name.
        file("smb.conf", `[global]\nworkgroup = ${domain.workgroup}\nrealm = ${domain.realm}\nlock directory = ${this.folder}\n`);
        file("login", `username = ${user}\npassword = ${password}\ndomain = ${domain.workgroup}\n`);
    }

    /** Gets a ticket. */
    login(): Promise<RunResult> {
        return this.run(["kinit", `${this.user}@${domain.realm}`], `${this.password}\n`);
    }

    /** What smbclient says with a ticket; `host` is a name. */
    kerberos(host: string, share: string, commands: string): Promise<string> {
        return this.smbclient(host, share, ["--use-kerberos=required", `--use-krb5-ccache=${this.cache}`, "-c", commands]);
    }

    /** The same with the password by NTLM. */
    ntlm(host: string, share: string, commands: string): Promise<string> {
        return this.smbclient(host, share, ["--use-kerberos=off", "-A", `${this.folder}/login`, "-c", commands]);
    }

    /** File of its ticket cache. */
    get cache(): string {
        return join(this.folder, "cache");
    }

    /** The tickets, with how they are encrypted. */
    async tickets(): Promise<string> {
        return (await this.run(["klist", "-e"])).stdout;
    }

    dispose(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }

    private async smbclient(host: string, share: string, more: string[]): Promise<string> {
        const { stdout, stderr } = await this.run(["smbclient", `//${host}/${share}`, "-s", `${this.folder}/smb.conf`, ...more]);
        return stdout + stderr;
    }

    private run(argv: string[], input?: string): Promise<RunResult> {
        const env = ["env", `KRB5_CONFIG=${this.folder}/krb5.conf`, `KRB5CCNAME=FILE:${this.cache}`];
        return spending("client", () => runAtWorkstation([...env, ...argv], { input }));
    }
}

import { existsSync, readFileSync } from "node:fs";
import { machineControl } from "../client";
import { attempt, outputOf } from "../machine/run";
import type { RunOptions, RunResult } from "../machine/run";
import { parseDnsQuery } from "./dns-records";
import type { DnsRecord } from "./dns-records";
import type { ControllerFault, RunningControllers } from "./domain-controllers";
import { controllerNames, controllersFile, domain } from "./layout";
import type { ControllerName } from "./layout";
import { additionLdif, changeLdif, dnValue, filterValue, parseLdif } from "./ldif";
import type { Entry } from "./ldif";

export { domain, sites } from "./layout";
export type { ControllerName } from "./layout";
export type { DnsRecord } from "./dns-records";
export type { Entry } from "./ldif";

/** For tests, in their own process: the lab's Active Directory, and what its administrators do. */

/** Starts controllers, as they were when stopped. Nothing of the domain costs anything before. */
export async function startDomain(names: readonly ControllerName[] = controllerNames): Promise<Record<ControllerName, DomainController>> {
    await machineControl("ad-start", { controllers: [...names] });
    return { dc1: new DomainController("dc1"), dc2: new DomainController("dc2") };
}

/** The domain as it was before the first test: nobody's users, groups and computers are left. */
export async function resetDomain(): Promise<void> {
    await machineControl("ad-reset", {});
}

export interface NewUser {
    name: string;
    password: string;
    /** Distinguished name of the container; default: CN=Users. */
    ou?: string;
    upn?: string;
    /** For idmap's backend `ad`. */
    uidNumber?: number;
    gidNumber?: number;
}

export interface NewGroup {
    name: string;
    /** Distinguished names. */
    members?: readonly string[];
    ou?: string;
    gidNumber?: number;
}

const usersDn = `CN=Users,${domain.base}`;
const samLdb = "/var/lib/samba/private/sam.ldb";
/** The class `computer`, as access control lists name it. */
const computerClass = "bf967a86-0de6-11d0-a285-00aa003049e2";

/**
 * Waits until the second controller has all that was changed on the first one before: of one domain partition, changes arrive in the order
 * in which they were made.
 */
export async function replicated({ dc1, dc2 }: Record<ControllerName, DomainController>): Promise<void> {
    const mark = `changed until ${Date.now()}`;
    await dc1.setAttributes(usersDn, { displayName: mark });
    for (const end = Date.now() + 240_000; ;) {
        const [entry] = await dc2.search("(objectClass=*)", ["displayName"], { base: usersDn, scope: "base" });
        if (entry?.attributes["displayname"]?.[0] === mark) return;
        if (Date.now() > end) throw new Error("what was changed on dc1 does not reach dc2");
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

/** One controller. What it is told goes by stdin where it is secret. Changes reach the other one by replication, within seconds. */
export class DomainController {
    constructor(readonly name: ControllerName) {}

    get address(): string {
        return this.running.address;
    }

    async stop(how: { powerOff?: boolean } = {}): Promise<void> {
        await machineControl("ad-stop", { controller: this.name, powerOff: how.powerOff ?? false });
    }

    async start(): Promise<void> {
        await machineControl("ad-start", { controllers: [this.name] });
    }

    disturb(fault: ControllerFault): Promise<void> {
        return machineControl("ad-disturb", { controller: this.name, fault });
    }

    /** Command line that runs `argv` as root in it. */
    command(argv: string[]): string[] {
        return [...this.running.command, ...argv];
    }

    /** Runs a command as root in it. A failing command does not reject. */
    attempt(argv: string[], options?: RunOptions): Promise<RunResult> {
        return attempt(this.command(argv), options);
    }

    async run(argv: string[], options?: RunOptions): Promise<string> {
        return outputOf(argv, await this.attempt(argv, options));
    }

    /** Gives the new user's distinguished name. */
    async createUser(user: NewUser): Promise<string> {
        return (await this.createUsers([user]))[0] ?? "";
    }

    /** Many in one go. */
    async createUsers(users: readonly NewUser[]): Promise<string[]> {
        const made = users.map(({ name, password, ou, upn, uidNumber, gidNumber }) => ({
            dn: `CN=${dnValue(name)},${ou ?? usersDn}`,
            attributes: {
                objectClass: "user",
                sAMAccountName: name,
                userPrincipalName: upn ?? `${name}@${domain.dns}`,
                userAccountControl: "512",
                unicodePwd: quoted(password),
                uidNumber: uidNumber?.toString(),
                gidNumber: gidNumber?.toString(),
            },
        }));
        await this.modify(made.map(({ dn, attributes }) => additionLdif(dn, attributes)));
        return made.map(({ dn }) => dn);
    }

    async createGroup(group: NewGroup): Promise<string> {
        return (await this.createGroups([group]))[0] ?? "";
    }

    async createGroups(groups: readonly NewGroup[]): Promise<string[]> {
        const made = groups.map(({ name, members, ou, gidNumber }) => ({
            dn: `CN=${dnValue(name)},${ou ?? usersDn}`,
            attributes: { objectClass: "group", sAMAccountName: name, member: members ?? [], gidNumber: gidNumber?.toString() },
        }));
        await this.modify(made.map(({ dn, attributes }) => additionLdif(dn, attributes)));
        return made.map(({ dn }) => dn);
    }

    /** All by their distinguished names. */
    async addMembers(group: string, members: readonly string[]): Promise<void> {
        await this.modify([changeLdif(group, "add", { member: members })]);
    }

    async createOu(name: string, parent: string = domain.base): Promise<string> {
        const dn = `OU=${dnValue(name)},${parent}`;
        await this.modify([additionLdif(dn, { objectClass: "organizationalUnit" })]);
        return dn;
    }

    /** With all below it. */
    async remove(dn: string): Promise<void> {
        await this.run(["ldbdel", "-H", samLdb, "--recursive", dn]);
    }

    async rename(dn: string, to: string): Promise<void> {
        await this.run(["ldbrename", "-H", samLdb, dn, to]);
    }

    async setPassword(dn: string, password: string): Promise<void> {
        await this.modify([changeLdif(dn, "replace", { unicodePwd: quoted(password) })]);
    }

    /** It must be changed at the next login. */
    async expirePassword(dn: string): Promise<void> {
        await this.modify([changeLdif(dn, "replace", { pwdLastSet: "0" })]);
    }

    async setEnabled(dn: string, enabled: boolean): Promise<void> {
        const [entry] = await this.search("(objectClass=*)", ["userAccountControl"], { base: dn, scope: "base" });
        const flags = Number(entry?.attributes["useraccountcontrol"]?.[0] ?? 512);
        await this.modify([changeLdif(dn, "replace", { userAccountControl: String(enabled ? flags & ~2 : flags | 2) })]);
    }

    async setAttributes(dn: string, attributes: Record<string, string | readonly string[]>): Promise<void> {
        await this.modify([changeLdif(dn, "replace", attributes)]);
    }

    /** Lets an account create and delete computers in one OU: the least right of who joins machines. It owns what it creates. */
    async delegateComputers(ou: string, sid: string): Promise<void> {
        const sddl = `(OA;CI;CCDC;${computerClass};;${sid})`;
        await this.run(["samba-tool", "dsacl", "set", "-H", samLdb, `--objectdn=${ou}`, `--sddl=${sddl}`]);
    }

    /** An account, by the name it logs in with (computers': `NAME$`). */
    async find(name: string): Promise<(Entry & { sid: string }) | undefined> {
        const [entry] = await this.search(`(sAMAccountName=${filterValue(name)})`);
        return entry && { ...entry, sid: entry.attributes["objectsid"]?.[0] ?? "" };
    }

    /** Names of all computer objects, without `$`, the controllers' own left out. */
    async computers(): Promise<string[]> {
        const entries = await this.search("(&(objectClass=computer)(!(primaryGroupID=516)))", ["sAMAccountName"]);
        return entries.map(({ attributes }) => (attributes["samaccountname"]?.[0] ?? "").replace(/\$$/, "")).sort();
    }

    async search(
        filter: string,
        attributes: readonly string[] = ["*"],
        { base = domain.base, scope = "sub" }: { base?: string; scope?: "base" | "one" | "sub" } = {},
    ): Promise<Entry[]> {
        return parseLdif(await this.run(["ldbsearch", "-H", samLdb, "-b", base, "-s", scope, filter, ...attributes]));
    }

    /** The records of a name (`@`: the zone itself), as this controller has them. */
    async dnsRecords(name: string, zone: string = domain.dns): Promise<DnsRecord[]> {
        // By its name: there is no ticket for an address, and NTLM may be disabled.
        const argv = ["samba-tool", "dns", "query", `${this.name}.${domain.dns}`, zone, name, "ALL", "-P"];
        const result = await this.attempt(argv);
        if (/Record or zone does not exist/.test(result.stderr + result.stdout)) return [];
        return parseDnsQuery(outputOf(argv, result)).filter((record) => record.name === "");
    }

    /** What the next account made here gets as relative id: the domain seems to be large. `rIDAvailablePool` begins behind this one's pool. */
    async moveRids(next: number): Promise<void> {
        const [manager] = await this.search("(objectClass=rIDManager)", ["rIDAvailablePool"]);
        const [set] = await this.search("(objectClass=rIDSet)", ["dn"], {
            base: `CN=${this.name.toUpperCase()},OU=Domain Controllers,${domain.base}`,
        });
        if (!manager || !set) throw new Error(`${this.name} has no RID pool`);
        // ldb's tools write these 64 bits as `low-high`.
        const last = manager.attributes["ridavailablepool"]?.[0]?.split("-")[1] ?? "";
        const pool = `${next}-${next + poolSize - 1}`;
        await this.modify([
            changeLdif(manager.dn, "replace", { rIDAvailablePool: `${next + poolSize}-${last}` }),
            changeLdif(set.dn, "replace", {
                rIDAllocationPool: pool,
                rIDPreviousAllocationPool: pool,
                rIDNextRID: String(next - 1),
            }),
        ]);
    }

    private async modify(records: string[]): Promise<void> {
        await this.run(["ldbmodify", "-H", samLdb], { input: records.join("") });
    }

    private get running(): { address: string; command: string[] } {
        const all = existsSync(controllersFile) ? (JSON.parse(readFileSync(controllersFile, "utf8")) as RunningControllers) : {};
        const mine = all[this.name];
        if (!mine) throw new Error(`the lab's domain controller ${this.name} does not run: startDomain() starts it`);
        return mine;
    }
}

const poolSize = 500;

/** A password as the directory takes it ([MS-ADTS] 3.1.1.3.1.5.1). */
const quoted = (password: string): Buffer => Buffer.from(`"${password}"`, "utf16le");

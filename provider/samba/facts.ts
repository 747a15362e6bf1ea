import type { Gather, GatherResult } from "../hosts/batch";
import { onceSeen } from "../hosts/looks";
import { parseExpiries, parseGroup, parsePasswd, parsePdbedit } from "./accounts";
import type { SambaAccount, UnixAccount, UnixGroup } from "./accounts";
import { SERVICES } from "./services";

/** What a look can ask a gateway's host about accounts, services and clients, and the command for it. */
const ASKED = {
    passwd: ["getent", "passwd"],
    group: ["getent", "group"],
    // Without winbind, which may wait for a controller for minutes; it has nothing to say about local accounts (samba.md section 3).
    accounts: ["env", "_NO_WINBINDD=1", "pdbedit", "-L", "-w"],
    details: ["env", "_NO_WINBINDD=1", "TZ=UTC", "pdbedit", "-L", "-v"],
    status: ["smbstatus", "--json"],
    enabled: ["systemctl", "is-enabled", "smbd"],
    active: ["systemctl", "is-active", "smbd"],
    nmbd: ["systemctl", "is-enabled", "nmbd"],
    services: ["systemctl", "is-active", ...SERVICES],
} satisfies Record<string, string[]>;

export type Asked = keyof typeof ASKED;

/** The commands for a look (Gather.commands). */
export const asking = (...facts: Asked[]): NonNullable<Gather["commands"]> => facts.map((name) => ({ name, argv: ASKED[name] }));

/** Result of a command; undefined if the look did not run it. */
export const answerTo = (look: GatherResult | undefined, fact: Asked): GatherResult["commands"][string] | undefined => look?.commands[fact];

const out = (look: GatherResult, fact: Asked): string => answerTo(look, fact)?.stdout ?? "";

const users = onceSeen((look) => parsePasswd(out(look, "passwd")));
const groups = onceSeen((look) => parseGroup(out(look, "group")));
const sambaAccounts = onceSeen((look) => parsePdbedit(out(look, "accounts")));
const expiries = onceSeen((look) => parseExpiries(out(look, "details")));
const services = onceSeen((look) => {
    const states = out(look, "services").split("\n");
    return new Map(SERVICES.map((name, i) => [name, states[i]]));
});

/** A host's facts from one look; facts that it did not ask for are empty. Each is parsed once for all readers of the look. */
export class HostFacts {
    constructor(private readonly look: GatherResult) {}

    get users(): Map<string, UnixAccount> {
        return users(this.look);
    }

    get groups(): Map<string, UnixGroup> {
        return groups(this.look);
    }

    /** Samba accounts. */
    get accounts(): Map<string, SambaAccount> {
        return sambaAccounts(this.look);
    }

    /** Expiry dates of accounts that have one. */
    get expiries(): Map<string, string> {
        return expiries(this.look);
    }

    get smbd(): { enabled: boolean; active: boolean } {
        const [enabled, active] = [out(this.look, "enabled").trim(), out(this.look, "active").trim()];
        return { enabled: enabled === "enabled", active: active === "active" };
    }

    get nmbdEnabled(): boolean {
        return out(this.look, "nmbd").trim() === "enabled";
    }

    /** State of a service in systemd: `active`, `inactive`, `failed`. */
    service(name: string): string | undefined {
        return services(this.look).get(name);
    }
}

export const hostFacts = onceSeen((look) => new HostFacts(look));

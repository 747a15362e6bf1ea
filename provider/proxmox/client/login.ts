import type { Connection, TicketAuth } from "../../base/connection";
import { isKind, PvesmbError } from "../../base/errors";
import { hide } from "../../base/scrub";
import { row, text } from "../values/scalars";
import type { Params } from "./form";

/** How requests authenticate. */
export interface Login {
    /** `user@realm` or `user@realm!token`. */
    readonly identity: string;
    headers(write: boolean): Promise<Record<string, string>>;
    /** Called after a 401; true when the request should be sent again with new headers. */
    renew(refused: Record<string, string>): Promise<boolean>;
}

/** Posts to /access/ticket without credentials and returns the `data` of the answer. */
export type AskTicket = (params: Params) => Promise<unknown>;

export function loginOf(auth: Connection["auth"], ask: AskTicket, renewAfter: number): Login {
    return auth.kind === "token" ? new TokenLogin(auth.id, auth.secret) : new TicketLogin(auth, ask, renewAfter);
}

class TokenLogin implements Login {
    constructor(
        readonly identity: string,
        private readonly secret: string,
    ) {}

    async headers(): Promise<Record<string, string>> {
        return { authorization: `PVEAPIToken=${this.identity}=${this.secret}` };
    }

    async renew(): Promise<boolean> {
        return false;
    }
}

interface Ticket {
    ticket: string;
    csrf: string;
    since: number;
}

/** Login by password. Concurrent requests share one ticket request. */
class TicketLogin implements Login {
    private current: Ticket | undefined;
    private asking: Promise<Ticket> | undefined;
    /** A refused password is not tried again: each try takes 3 s, and realms lock accounts. */
    private refused: PvesmbError | undefined;

    constructor(
        private readonly auth: TicketAuth,
        private readonly ask: AskTicket,
        private readonly renewAfter: number,
    ) {}

    get identity(): string {
        return this.auth.username;
    }

    async headers(write: boolean): Promise<Record<string, string>> {
        const fresh = this.current !== undefined && Date.now() - this.current.since < this.renewAfter;
        const { ticket, csrf } = fresh && this.current ? this.current : await this.once();
        const cookie = { cookie: cookieOf(ticket) };
        return write ? { ...cookie, CSRFPreventionToken: csrf } : cookie;
    }

    async renew(refused: Record<string, string>): Promise<boolean> {
        // Another request may have renewed it in the meantime.
        if (this.current && cookieOf(this.current.ticket) === refused["cookie"]) this.current = undefined;
        if (!this.current) await this.once();
        return true;
    }

    private once(): Promise<Ticket> {
        this.asking ??= this.obtain().finally(() => (this.asking = undefined));
        return this.asking;
    }

    private async obtain(): Promise<Ticket> {
        if (this.refused) throw this.refused;
        this.current = (await this.byTicket()) ?? (await this.byPassword());
        return this.current;
    }

    /** A valid ticket replaces the password and needs no second factor. */
    private async byTicket(): Promise<Ticket | undefined> {
        if (!this.current) return undefined;
        try {
            return ticketOf(await this.ask({ username: this.auth.username, password: this.current.ticket }));
        } catch (error) {
            if (isKind(error, "Denied")) return undefined;
            throw error;
        }
    }

    private async byPassword(): Promise<Ticket> {
        const { username, password, otp } = this.auth;
        try {
            return ticketOf(await this.ask({ username, password, otp }));
        } catch (error) {
            if (isKind(error, "Denied")) this.refused = error;
            throw error;
        }
    }
}

function ticketOf(data: unknown): Ticket {
    const { ticket: given, CSRFPreventionToken } = row(data);
    const [ticket, csrf] = [text(given) ?? "", text(CSRFPreventionToken) ?? ""];
    // With a second factor pending, the answer is a challenge (pve-api.md 1.3).
    if (ticket.startsWith("PVE:!tfa!"))
        throw new PvesmbError(
            "Denied",
            "this user has two-factor authentication: set connection.otp (valid once) or, better, use an API token",
            {
                property: "connection.otp",
            },
        );
    if (ticket === "")
        throw new PvesmbError("RemoteFailed", "the response to the login has no ticket; check that the endpoint is a Proxmox VE API");
    hide(ticket);
    hide(csrf);
    return { ticket, csrf, since: Date.now() };
}

function cookieOf(ticket: string): string {
    return `PVEAuthCookie=${encodeURIComponent(ticket)}`;
}

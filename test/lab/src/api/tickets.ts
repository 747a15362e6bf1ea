import { createHmac, randomBytes } from "node:crypto";

/** Login tickets and their CSRF tokens, signed with a key of this lab's own. */
export class Tickets {
    private readonly key = randomBytes(32);

    constructor(private readonly lifeMs: number) {}

    private sign(text: string): string {
        return createHmac("sha256", this.key).update(text).digest("base64");
    }

    private stamp(): string {
        return Date.now().toString(16).toUpperCase().padStart(12, "0");
    }

    private fresh(stamp: string): boolean {
        return Date.now() - parseInt(stamp, 16) < this.lifeMs;
    }

    ticket(user: string): string {
        const plain = `PVE:${user}:${this.stamp()}`;
        return `${plain}::${this.sign(plain)}`;
    }

    /** The user a ticket belongs to; undefined when it is forged or too old. */
    verify(ticket: string): string | undefined {
        const match = /^(PVE:(\S+):([0-9A-F]{12}))::(\S+)$/.exec(ticket);
        if (!match) return undefined;
        const [, plain = "", user, stamp = "", signature] = match;
        return signature === this.sign(plain) && this.fresh(stamp) ? user : undefined;
    }

    csrf(user: string): string {
        const stamp = this.stamp();
        return `${stamp}:${this.sign(`csrf:${stamp}:${user}`)}`;
    }

    verifyCsrf(token: string, user: string): boolean {
        const [stamp = "", signature] = token.split(/:(.*)/s);
        return signature === this.sign(`csrf:${stamp}:${user}`) && this.fresh(stamp);
    }
}

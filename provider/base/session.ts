import { AsyncLocalStorage } from "node:async_hooks";

type Close = () => void | Promise<void>;

/**
 * What one provider remembers between calls: clients, connections, open gateways, the stack's configuration. An adapter makes a session,
 * runs every call in it and closes it; two sessions in one process share nothing. Modules keep their memory in fields of the session
 * (`perSession`), not in variables.
 */
export class Session {
    private readonly fields = new Map<object, unknown>();
    private readonly closers = new Set<Close>();

    /** Runs a call, and everything it starts, in this session. */
    run<T>(call: () => T): T {
        return current.run(this, call);
    }

    /** Registers work for the end of the session; it must finish within a second. */
    onClose(close: Close): void {
        this.closers.add(close);
    }

    /** Runs all close functions, even if one fails, and clears the fields. */
    async close(): Promise<void> {
        const ends = [...this.closers].map(async (close) => this.run(close));
        this.closers.clear();
        await Promise.allSettled(ends);
        this.fields.clear();
    }

    field<T>(key: object, make: () => T): T {
        if (!this.fields.has(key)) this.fields.set(key, make());
        return this.fields.get(key) as T;
    }
}

const current = new AsyncLocalStorage<Session>();

/** For code without an adapter: tests and tools. */
const standing = new Session();

export const session = (): Session => current.getStore() ?? standing;

/** A field of the session, made on first use. `close` runs at the end of the session. */
export function perSession<T>(make: () => T, close?: (value: T) => void | Promise<void>): () => T {
    const key = {};
    return () => {
        const own = session();
        return own.field(key, () => {
            const value = make();
            if (close !== undefined) own.onClose(() => close(value));
            return value;
        });
    };
}

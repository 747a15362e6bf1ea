import { AsyncLocalStorage } from "node:async_hooks";

type Close = () => void | Promise<void>;

/**
 * What one provider remembers between calls: clients, connections, open gateways, the stack's configuration. An adapter makes a session,
 * runs every call in it and closes it at the end; two sessions in one process share nothing. Modules keep what they remember in fields of the
 * session (`perSession`), not in variables of their own.
 */
export class Session {
    private readonly fields = new Map<object, unknown>();
    private readonly closers = new Set<Close>();

    /** Runs a call, and all that it begins, in this session. */
    run<T>(call: () => T): T {
        return current.run(this, call);
    }

    /** Registers what to do when the session ends, within a second. */
    onClose(close: Close): void {
        this.closers.add(close);
    }

    /** Closes what was opened and forgets all; one part that fails does not keep the others. */
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

/** For code that no adapter calls: tests and tools. */
const standing = new Session();

export const session = (): Session => current.getStore() ?? standing;

/** A field of the session: made when a call of the session first asks for it. `close` is called at the session's end. */
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

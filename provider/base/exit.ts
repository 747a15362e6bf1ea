type Close = () => void | Promise<void>;

/** What must be closed before this process ends: sockets, child processes. */
const closers = new Set<Close>();

/** Registers what to do at the end of the process, within a second. */
export function onExit(close: Close): void {
    closers.add(close);
}

/** Runs everything that was registered; one that fails does not keep the others. */
export async function runExits(): Promise<void> {
    const ends = [...closers].map(async (close) => close());
    closers.clear();
    await Promise.allSettled(ends);
}

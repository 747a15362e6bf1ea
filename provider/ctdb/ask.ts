/** A look that asks the command `ctdb`, under a name of the caller's. */
export const ctdb = (name: string, ...args: string[]): { name: string; argv: string[]; timeout: number } => ({
    name,
    argv: ["ctdb", "-T", "5", ...args],
    timeout: 10,
});

/** What a command said; undefined: it failed, or was not asked. */
export function saidOf({ commands }: { commands: Record<string, { code: number; stdout: string }> }, name: string): string | undefined {
    const answer = commands[name];
    return answer?.code === 0 ? answer.stdout : undefined;
}

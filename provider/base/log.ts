/** Where handlers write messages to the user. The adapter decides where they go. */
export interface Log {
    info(text: string): void;
    warn(text: string): void;
    /** Written once per process and key, however many resources cause it (e.g. one warning per stopped gateway). */
    warnOnce(key: string, text: string): void;
}

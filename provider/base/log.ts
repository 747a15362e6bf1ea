/** Where handlers say things to the user. The adapter decides where that is. */
export interface Log {
    info(text: string): void;
    warn(text: string): void;
    /** Said once per process and key, however many resources run into it (e.g. one warning per stopped gateway). */
    warnOnce(key: string, text: string): void;
}

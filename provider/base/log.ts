/** Where handlers say things to the user. The dynamic adapter prints to the console; the native plugin will use the engine's log. */
export interface Log {
    info(text: string): void;
    warn(text: string): void;
    /** Said once per process and key, however many resources run into it (e.g. one warning per stopped gateway). */
    warnOnce(key: string, text: string): void;
}

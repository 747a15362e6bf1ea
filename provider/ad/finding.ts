/** What is wrong before a join, as data: every check adds its own, so that all are told at once. */
export interface Finding {
    code: FindingCode;
    /** The input at fault, as the user writes it (`idmap.domain.high`). */
    property: string;
    /** What was seen, and the way out. */
    text: string;
}

export type FindingCode =
    | "name-too-long"
    | "name-not-allowed"
    | "name-is-workgroup"
    | "dns-no-answer"
    | "dns-no-records"
    | "no-writable-controller"
    | "workgroup-differs"
    | "clock-off"
    | "ports-closed"
    | "ids-inverted"
    | "ids-overlap"
    | "ids-local"
    | "ids-outside-container"
    | "ids-too-few"
    | "already-joined"
    | "name-in-dns"
    | "name-taken"
    | "credential"
    | "denied"
    | "no-such-unit"
    | "no-number"
    | "not-known";

export const finding = (code: FindingCode, property: string, text: string): Finding => ({ code, property, text });

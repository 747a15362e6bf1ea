import { createRequire } from "node:module";
import type { Log } from "../base/log";
import { forReading } from "../base/scrub";
import { consoleLog, logBy } from "./console-log";

/** The part of `EngineClient` and `LogRequest` of @pulumi/pulumi/proto that we use. */
type Send = (severity: number, message: string, urn: string) => Promise<void>;

const INFO = 1;
const WARNING = 2;
/** If the engine has not accepted a line by then, the line is printed. */
const PATIENCE_MS = 5_000;

let engine: Send | undefined;
let broken = false;
const underWay = new Set<Promise<void>>();

/**
 * Logs through the engine, which shows lines at their resource. Printed lines appear at the stack (docs/facts/pulumi.md 1.12), so printing
 * is only the fallback.
 */
export const engineLog = (urn: unknown): Log =>
    logBy(
        (text) => say(INFO, text, urn),
        (text) => say(WARNING, text, urn),
    );

/** Waits until the engine has all lines, so that none comes after its operation has ended. */
export async function allSaid(): Promise<void> {
    await Promise.all(underWay);
}

function say(severity: number, text: string, urn: unknown): void {
    const print = (): void => (severity === WARNING ? consoleLog.warn(text) : consoleLog.info(text));
    if (broken || typeof urn !== "string") return print();
    let sent: Promise<void>;
    try {
        engine ??= connect();
        sent = engine(severity, forReading(text), urn);
    } catch {
        broken = true;
        return print();
    }
    const done = sent.catch(() => {
        broken = true;
        print();
    });
    underWay.add(done);
    void done.then(() => underWay.delete(done));
}

/** A dynamic provider's process gets the engine's address as its first argument. */
function connect(): Send {
    const address = process.argv[2] ?? "";
    if (!/^[\w.[\]:-]+:\d+$/.test(address)) throw new Error("there is no engine");
    /* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access -- these come without types that we have */
    const pulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));
    const { credentials } = pulumi("@grpc/grpc-js");
    const { EngineClient } = pulumi("@pulumi/pulumi/proto/engine_grpc_pb");
    const { LogRequest } = pulumi("@pulumi/pulumi/proto/engine_pb");
    const client = new EngineClient(address, credentials.createInsecure());
    return (severity, message, urn) =>
        new Promise((resolve, reject) => {
            const request = new LogRequest();
            request.setSeverity(severity);
            request.setMessage(message);
            request.setUrn(urn);
            client.log(request, { deadline: Date.now() + PATIENCE_MS }, (error: Error | null) => (error ? reject(error) : resolve()));
        });
    /* eslint-enable */
}

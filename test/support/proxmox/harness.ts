import type { Connection } from "../../../provider/base/connection";
import { Deadline } from "../../../provider/base/deadline";
import { PvesmbError } from "../../../provider/base/errors";
import type { Log } from "../../../provider/base/log";
import { type Pve, PveClient } from "../../../provider/proxmox/client/client";
import { type Timing, TIMING } from "../../../provider/proxmox/client/timing";
import { makeCertificates, type Certificates } from "./certificates";
import { ScriptedPve } from "./scripted-pve";

/** The client's own timings, a hundred times shorter. */
export const QUICK: Timing = {
    ...TIMING,
    connect: 500,
    answer: 300,
    keepAlive: 200,
    pause: [2, 20],
    silence: 250,
    lastNode: 1_000,
    busy: 500,
    avoid: 300,
    poll: [2, 10],
    taskGrace: 100,
};

export const TOKEN: Connection["auth"] = { kind: "token", id: "svc@pve!gw", secret: "5ec4e7aa-0000-4444-8888-123456789abc" };

export interface Lines extends Log {
    lines: string[];
}

export function lines(): Lines {
    const seen: string[] = [];
    const add = (text: string): void => void seen.push(text);
    return { lines: seen, info: add, warn: add, warnOnce: (_, text) => add(text) };
}

/** Servers and clients of one test file; all are closed after each test. */
export class Bench {
    certificates!: Certificates;
    private closers: (() => Promise<void>)[] = [];

    constructor() {
        beforeAll(() => {
            this.certificates = makeCertificates();
        });
        afterEach(async () => {
            for (const close of this.closers.splice(0).reverse()) await close();
        });
    }

    async server(certificate = this.certificates.node): Promise<ScriptedPve> {
        const server = await ScriptedPve.start(certificate);
        this.closers.push(() => server.stop());
        return server;
    }

    client(
        endpoints: ScriptedPve | string[],
        options: { auth?: Connection["auth"]; authSource?: string; tls?: Connection["tls"]; timing?: Partial<Timing>; log?: Log } = {},
    ): PveClient {
        const connection = {
            endpoints: endpoints instanceof ScriptedPve ? [endpoints.endpoint] : endpoints,
            auth: options.auth ?? TOKEN,
            authSource: options.authSource,
            tls: options.tls ?? { kind: "ca", pem: this.certificates.ca },
        } as const;
        const client = new PveClient(connection, options.log ?? lines(), { ...QUICK, ...options.timing });
        this.closers.push(() => client.close());
        return client;
    }

    pve(endpoints: ScriptedPve | string[], options: Parameters<Bench["client"]>[1] & { deadline?: number } = {}): Pve {
        return this.client(endpoints, options).within(Deadline.in(options.deadline ?? 5_000));
    }
}

/** The error of work that must fail. */
export async function failureOf(work: Promise<unknown>): Promise<PvesmbError> {
    const error = await work.then(
        (value) => Promise.reject(new Error(`it succeeded: ${JSON.stringify(value)}`)),
        (thrown: unknown) => thrown,
    );
    if (error instanceof PvesmbError) return error;
    throw error;
}

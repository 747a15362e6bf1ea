import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Plugin } from "../../test/support/adapters/plugin";

const __provider = 'exports.handler=()=>require("pvesmb/runtime/v1").SmbUser';
const key = "urn:pulumi:dev::proj::pulumi-nodejs:dynamic/pvesmb:SmbUser::alice";
const inputs = { key, name: "alice", password: "Tr0ub4dor&3", gateway: { id: "pve1/101/0123456789abcdef" }, __provider };

interface Line {
    severity: number;
    message: string;
    urn: string;
}
let plugin: Plugin | undefined;
let engine: Server | undefined;
afterEach(async () => {
    await plugin?.stop();
    engine?.forceShutdown();
});

/** An engine that only accepts log lines. */
async function listen(): Promise<{ address: string; lines: Line[] }> {
    const lines: Line[] = [];
    const server = (engine = new Server());
    const log = ({ request }: ServerUnaryCall<LogRequest, Empty>, done: sendUnaryData<Empty>): void => {
        lines.push({ severity: request.getSeverity(), message: request.getMessage(), urn: request.getUrn() });
        done(null, new Empty());
    };
    server.addService(EngineService, { log });
    const port = await new Promise<number>((bound, failed) =>
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => (error ? failed(error) : bound(port))),
    );
    return { address: `127.0.0.1:${port}`, lines };
}

test("what a resource says stands at it, before its operation ends, without secrets", async () => {
    const { address, lines } = await listen();
    plugin = await Plugin.start({}, address);
    await plugin.create(inputs);
    expect(lines).toEqual([
        { severity: 1, message: "making alice\\u001b[2J", urn: key },
        { severity: 2, message: "of [secret]", urn: key },
    ]);
    expect(plugin.output()).not.toContain("making alice");
}, 30_000);

test("without an engine that answers it is printed, each line once", async () => {
    plugin = await Plugin.start({});
    await plugin.create(inputs);
    await plugin.create(inputs);
    expect(plugin.output()).not.toContain("\u001b[2J");
    expect(plugin.output().match(/making alice|warning: of \[secret\]/g)).toEqual([
        "making alice",
        "warning: of [secret]",
        "making alice",
        "warning: of [secret]",
    ]);
}, 30_000);

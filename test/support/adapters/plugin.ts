import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ChannelCredentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import provider from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

type Tree = Record<string, unknown>;
const repository = resolve(__dirname, "../../..");

/**
 * PVESMB_PULUMI_SDK selects another version of @pulumi/pulumi: the folder where it is installed (`npm i --prefix FOLDER
 * @pulumi/pulumi@3.216.0`).
 */
const sdk = createRequire(join(process.env["PVESMB_PULUMI_SDK"] ?? repository, "package.json"));

/** Pulumi's own dynamic provider process with our adapter, called as the engine calls it. */
export class Plugin {
    private constructor(
        readonly process: ChildProcess,
        private readonly client: ResourceProviderClient,
        private readonly project: string,
        readonly output: () => string,
    ) {}

    /** `engine`: address that receives log lines for the user; by default nothing listens there. */
    static async start(config: Tree, engine = "127.0.0.1:1"): Promise<Plugin> {
        const project = mkdtempSync(join(tmpdir(), "pvesmb-plugin-"));
        const folder = join(project, "node_modules/pvesmb");
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "pvesmb", exports: { "./runtime/v1": "./v1.js" } }));
        writeFileSync(join(folder, "v1.js"), `module.exports = require(${JSON.stringify(join(__dirname, "./fake-provider.ts"))});`);
        const server = join(dirname(sdk.resolve("@pulumi/pulumi/package.json")), "cmd/dynamic-provider/index.js");
        const child = spawn(
            process.execPath,
            [
                "--require",
                join(repository, "node_modules/tsx/dist/preflight.cjs"),
                "--require",
                join(repository, "node_modules/tsx/dist/cjs/index.cjs"),
                server,
                engine,
            ],
            {
                cwd: project,
                stdio: ["ignore", "pipe", "pipe"],
            },
        );
        let output = "";
        const port = await new Promise<string>((found, failed) => {
            const collect = (chunk: Buffer): void => {
                output += chunk.toString();
                const first = /^(\d+)\n/.exec(output)?.[1];
                if (first !== undefined) found(first);
            };
            child.stdout.on("data", collect);
            child.stderr.on("data", collect);
            child.on("exit", () => failed(new Error(`the plugin ended: ${output}`)));
        });
        const client = new ResourceProviderClient(`127.0.0.1:${port}`, ChannelCredentials.createInsecure());
        const plugin = new Plugin(child, client, project, () => output);
        const request = new provider.ConfigureRequest();
        request.setArgs(Struct.fromJavaScript(config as never));
        await plugin.call((done) => client.configure(request, done));
        return plugin;
    }

    async stop(): Promise<void> {
        this.client.close();
        if (this.process.exitCode === null && this.process.signalCode === null) {
            const ended = new Promise((resolve) => this.process.once("exit", resolve));
            this.process.kill("SIGKILL");
            await ended;
        }
        rmSync(this.project, { recursive: true, force: true });
    }

    async check(news: Tree): Promise<{ inputs: Tree; failures: { property: string; reason: string }[] }> {
        const request = new provider.CheckRequest();
        request.setOlds(struct({}));
        request.setNews(struct(news));
        const response = await this.call<provider.CheckResponse>((done) => this.client.check(request, done));
        return {
            inputs: tree(response.getInputs()),
            failures: response.getFailuresList().map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() })),
        };
    }

    async diff(olds: Tree, news: Tree): Promise<{ changes: number; replaces: string[]; deleteBeforeReplace: boolean }> {
        const request = new provider.DiffRequest();
        request.setId("id-1");
        request.setOlds(struct(olds));
        request.setNews(struct(news));
        const response = await this.call<provider.DiffResponse>((done) => this.client.diff(request, done));
        return {
            changes: response.getChanges(),
            replaces: response.getReplacesList(),
            deleteBeforeReplace: response.getDeletebeforereplace(),
        };
    }

    async create(news: Tree): Promise<{ id: string; state: Tree }> {
        const request = new provider.CreateRequest();
        request.setProperties(struct(news));
        const response = await this.call<provider.CreateResponse>((done) => this.client.create(request, done));
        return { id: response.getId(), state: tree(response.getProperties()) };
    }

    async read(id: string, state: Tree): Promise<{ id: string; inputs: Tree; state: Tree }> {
        const request = new provider.ReadRequest();
        request.setId(id);
        request.setProperties(struct(state));
        const response = await this.call<provider.ReadResponse>((done) => this.client.read(request, done));
        return { id: response.getId(), inputs: tree(response.getInputs()), state: tree(response.getProperties()) };
    }

    async delete(state: Tree): Promise<void> {
        const request = new provider.DeleteRequest();
        request.setId("id-1");
        request.setProperties(struct(state));
        await this.call((done) => this.client.delete(request, done));
    }

    private call<T>(start: (done: (error: ServiceError | null, response?: T) => void) => unknown): Promise<T> {
        return new Promise((resolve, reject) => start((error, response) => (error ? reject(error) : resolve(response as T))));
    }
}

/** The contents of a partial failure: what the engine stores of the resource. */
export function remainsOf(error: ServiceError): { id: string; state: Tree; reasons: string[] } | undefined {
    const [details] = error.metadata.get("grpc-status-details-bin");
    if (details === undefined) return undefined;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- has no types
    const { Status } = require("@pulumi/pulumi/proto/status_pb") as {
        Status: { deserializeBinary(bytes: Uint8Array): { getDetailsList(): { getValue_asU8(): Uint8Array }[] } };
    };
    const bytes = Status.deserializeBinary(details as Buffer)
        .getDetailsList()[0]!
        .getValue_asU8();
    const failed = provider.ErrorResourceInitFailed.deserializeBinary(bytes);
    return { id: failed.getId(), state: tree(failed.getProperties()), reasons: failed.getReasonsList() };
}

const struct = (value: Tree): Struct => Struct.fromJavaScript(value as never);
const tree = (value: Struct | undefined): Tree => value?.toJavaScript() ?? {};

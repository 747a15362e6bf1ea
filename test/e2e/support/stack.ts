import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { transformSync } from "@swc/core";
import { type EngineLog, readEngineLog } from "./events";
import { inTests, installInto, pulumiDirectory, repository } from "./package";
import { spending } from "./spent";
import { killMarked, marked, type Outcome, run, type Running, type StartOptions, start } from "./process";

/** Where commands run: turns a command into one that does the same on the lab's workstation. */
export type Within = (argv: readonly string[]) => string[];

export interface StackOptions {
    /** The folder of this test run; everything of this stack is below it. */
    runDirectory: string;
    /** The folder name of one of examples/, or the text of an index.ts. */
    program: { example: string } | { text: string };
    /** Project name of a program given as text. Default `test`. */
    project?: string;
    /** A program given as text stays in TypeScript, as users have it. By default the tests compile it. */
    typescript?: true;
    /** Stack name. Default `dev`. */
    stack?: string;
    within: Within;
    /** Environment in addition to Pulumi's own: the connection to Proxmox VE. */
    environment?: Record<string, string>;
    /** Backend folder, if several stacks share one. Default: one of its own. */
    backend?: string;
}

export interface CommandOptions extends Pick<StartOptions, "input" | "timeout" | "onOutput"> {
    /** Added to the stack's own environment. */
    environment?: Record<string, string>;
}

export interface OperationOptions extends CommandOptions {
    /** More flags for the CLI, such as `--refresh` or `--target`. */
    flags?: string[];
    /** The operation is expected to fail: it throws if it succeeds. */
    fails?: boolean;
    /** Runs the preview before up, refresh and destroy, as a user would. Default false, for speed. */
    preview?: boolean;
}

export type Operation = "up" | "preview" | "refresh" | "destroy";
export type Result = Outcome & EngineLog;

export interface Deployment {
    version: number;
    deployment: { resources?: StateResource[]; pending_operations?: unknown[] };
}

/** What the file backend keeps of a stack. */
interface Checkpoint {
    version: number;
    checkpoint: { latest?: Deployment["deployment"] };
}

export interface StateResource {
    urn: string;
    type: string;
    id?: string;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
    protect?: boolean;
    initErrors?: string[];
    sourcePosition?: string;
    stackTrace?: { sourcePosition?: string }[];
}

/** The engine is the CLI with its language host. */
export type Part = "engine" | "program" | "provider";

/** How to recognise them by their command lines. */
const PARTS: readonly (readonly [Part, RegExp])[] = [
    ["provider", /\/cmd\/dynamic-provider/],
    ["program", /\/cmd\/run/],
    ["engine", /^(?:[^\0]*\/)?pulumi(?:-language-nodejs)?\0/],
];

/** A program as the TypeScript compiler writes it. */
const asJavaScript = (text: string): string =>
    transformSync(text, { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } }).code;

/** A Pulumi project of its own in a temporary folder, driven by the real CLI. */
export class Stack {
    private operations = 0;

    private constructor(
        readonly directory: string,
        private name: string,
        private readonly backend: string,
        /** Where Node's compile cache is handed from one stack to the next. */
        private readonly compiled: string | undefined,
        /** The program is compiled by the tests, not by each operation. */
        private readonly javascript: boolean,
        private readonly within: Within,
        private readonly environment: Record<string, string>,
    ) {}

    static async create(options: StackOptions): Promise<Stack> {
        const directory = mkdtempSync(join(options.runDirectory, "stack-"));
        const backend = options.backend ?? join(directory, "backend");
        for (const folder of [join(directory, "project"), join(directory, "pulumi-home"), join(directory, "home"), backend])
            mkdirSync(folder, { recursive: true });
        const name = options.stack ?? "dev";
        const compiled = join(options.runDirectory, "compiled");
        const stack = new Stack(
            directory,
            name,
            backend,
            inTests ? compiled : undefined,
            inTests && "text" in options.program && options.typescript !== true,
            options.within,
            {
                PATH: [await pulumiDirectory(), dirname(process.execPath), process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"].join(
                    ":",
                ),
                HOME: join(directory, "home"),
                LANG: "C.UTF-8",
                PULUMI_HOME: join(directory, "pulumi-home"),
                PULUMI_BACKEND_URL: `file://${backend}`,
                PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
                PULUMI_SKIP_UPDATE_CHECK: "true",
                PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
                // Enables the CLI's flag --event-log.
                PULUMI_DEBUG_COMMANDS: "true",
                // Node parses Pulumi's SDK at each operation; with this cache only at a run's first. Bench and demo measure without it, without
                // load-later.cjs and with programs in TypeScript, as users have it.
                ...(inTests ? { NODE_COMPILE_CACHE: join(directory, "compiled"), NODE_COMPILE_CACHE_PORTABLE: "1" } : {}),
                NODE_OPTIONS: `--disable-warning=ExperimentalWarning${inTests ? ` --require ${JSON.stringify(join(__dirname, "load-later.cjs"))}` : ""}`,
                // Examples run as users run them. Type-checking a test program at each run would take longer than everything else.
                ...("text" in options.program ? { PULUMI_NODEJS_TRANSPILE_ONLY: "true" } : {}),
                ...options.environment,
            },
        );
        try {
            stack.prepareProject(options);
            await installInto(stack.project, options.runDirectory);
            await stack.takeCompiled();
            await stack.pulumi(["stack", "init", name]);
        } catch (error) {
            stack.dispose();
            throw error;
        }
        return stack;
    }

    /** Every process of this stack, including plugins, has this in its environment. */
    private get mark(): string {
        return `PULUMI_HOME=${this.environment["PULUMI_HOME"] ?? ""}`;
    }

    get project(): string {
        return join(this.directory, "project");
    }

    private prepareProject(options: StackOptions): void {
        const example = join(repository, "examples", "example" in options.program ? options.program.example : "first-share");
        cpSync(example, this.project, { recursive: true, filter: (source) => !source.endsWith("/node_modules") });
        if ("text" in options.program) {
            writeFileSync(join(this.project, "Pulumi.yaml"), `name: ${options.project ?? "test"}\nruntime: nodejs\n`);
            if (this.javascript) this.compileAhead();
            this.write(options.program.text);
        }
    }

    private async takeCompiled(): Promise<void> {
        if (this.compiled === undefined || !existsSync(this.compiled)) return;
        await run(["cp", "--archive", "--link", this.compiled, join(this.directory, "compiled")]);
    }

    private leaveCompiled(): void {
        const own = join(this.directory, "compiled");
        if (this.compiled !== undefined && !existsSync(this.compiled) && existsSync(own)) renameSync(own, this.compiled);
    }

    /** Makes it a project in JavaScript: each operation of one in TypeScript loads the compiler, a fifth of its program's time. */
    private compileAhead(): void {
        const file = join(this.project, "package.json");
        writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), main: "index.js" }));
        for (const name of ["index.ts", "tsconfig.json"]) rmSync(join(this.project, name));
    }

    /** Replaces the program. */
    write(text: string): void {
        if (this.javascript) writeFileSync(join(this.project, "index.js"), asJavaScript(text));
        else writeFileSync(join(this.project, "index.ts"), text);
    }

    /** Starts any command in the project, such as `npx pvesmb`, with the stack's environment. */
    command(argv: readonly string[], options: CommandOptions = {}): Running {
        const { environment, ...rest } = options;
        const env = { ...this.environment, ...environment };
        return start(this.within(argv), { ...rest, cwd: this.project, env, mark: this.mark });
    }

    /** Starts a CLI command and leaves it running, for tests that interrupt it. */
    start(args: readonly string[], options: CommandOptions = {}): Running {
        const running = this.command(["pulumi", "--non-interactive", "--color", "never", ...args], options);
        void spending("engine", () => running.done).catch(() => undefined);
        return running;
    }

    /** Runs any CLI command; throws, with its output, when it fails. */
    async pulumi(args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
        const outcome = await this.start(args, options).done;
        if (outcome.code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${outcome.code}:\n${outcome.output}`);
        return outcome;
    }

    /** Starts up, preview, refresh or destroy; `finished` gives its output together with the engine's steps. */
    operate(operation: Operation, options: OperationOptions = {}): { running: Running; finished: Promise<Result> } {
        const log = join(this.directory, `events-${++this.operations}.json`);
        const consent = operation === "preview" ? [] : ["--yes", ...(options.preview ? [] : ["--skip-preview"])];
        const running = this.start([operation, ...consent, "--event-log", log, ...(options.flags ?? [])], options);
        const finished = running.done.then((outcome) => {
            const result = { ...outcome, ...readEngineLog(log, operation === "preview") };
            if ((outcome.code !== 0) !== (options.fails ?? false))
                throw new Error(`pulumi ${operation} ${options.fails ? "did not fail" : `ended with ${outcome.code}`}:\n${outcome.output}`);
            return result;
        });
        // A caller that only uses `running` must not be killed by an unhandled rejection; a caller that awaits `finished` still gets it.
        finished.catch(() => undefined);
        return { running, finished };
    }

    up = (options?: OperationOptions): Promise<Result> => this.operate("up", options).finished;
    preview = (options?: OperationOptions): Promise<Result> => this.operate("preview", options).finished;
    refresh = (options?: OperationOptions): Promise<Result> => this.operate("refresh", options).finished;
    destroy = (options?: OperationOptions): Promise<Result> => this.operate("destroy", options).finished;

    /** A refresh and a preview, in one operation: both find nothing to change. */
    async settled(options: CommandOptions = {}): Promise<Result> {
        const result = await this.preview({ ...options, flags: ["--refresh", "--expect-no-changes"] });
        if (result.drifted.length > 0) throw new Error(`refresh found changes of ${result.drifted.join(", ")}:\n${result.output}`);
        return result;
    }

    /** Sets stack configuration; the value is passed on stdin. */
    async config(key: string, value: string, options: { secret?: boolean } = {}): Promise<void> {
        await this.pulumi(["config", "set", options.secret ? "--secret" : "--plaintext", key], { input: value });
    }

    async outputs(): Promise<Record<string, unknown>> {
        return JSON.parse((await this.pulumi(["stack", "output", "--json", "--show-secrets"])).stdout) as Record<string, unknown>;
    }

    /** What `pulumi stack export` prints, from the file it reads: the command takes half a second of processor time. */
    async exportState(): Promise<Deployment> {
        const project = /^name: (.+)$/m.exec(await readFile(join(this.project, "Pulumi.yaml"), "utf8"))?.[1] ?? "";
        const file = join(this.backend, ".pulumi/stacks", project, `${this.name}.json`);
        const { version, checkpoint } = JSON.parse(await readFile(file, "utf8")) as Checkpoint;
        return { version, deployment: checkpoint.latest ?? {} };
    }

    async importState(state: Deployment): Promise<void> {
        await this.pulumi(["stack", "import"], { input: JSON.stringify(state) });
    }

    async rename(name: string): Promise<void> {
        await this.pulumi(["stack", "rename", name]);
        this.name = name;
    }

    /** Removes the lock that a killed CLI has left. */
    async cancel(): Promise<void> {
        await this.pulumi(["cancel", "--yes"]);
    }

    /** The state's pvesmb resources, by kind and name. */
    async resources(): Promise<StateResource[]> {
        return ((await this.exportState()).deployment.resources ?? []).filter((resource) => resource.type.includes("pvesmb"));
    }

    /** Takes a resource out of the state only, which leaves what a killed create leaves: the host has it, the state does not. */
    async forget(name: string): Promise<void> {
        const urn = (await this.resources()).find((each) => each.urn.endsWith(`::${name}`))?.urn ?? name;
        await this.pulumi(["state", "delete", urn, "--yes"]);
    }

    /** This stack's running processes, by their part in a deployment. */
    processes(): { pid: number; part: Part }[] {
        return marked(this.mark).flatMap((pid) => {
            const file = `/proc/${pid}/cmdline`;
            const command = existsSync(file) ? readFileSync(file, "utf8") : "";
            const found = PARTS.find(([, pattern]) => pattern.test(command));
            return found ? [{ pid, part: found[0] }] : [];
        });
    }

    /** Process ids of this stack's dynamic provider. */
    providers(): number[] {
        return this.processes().flatMap(({ pid, part }) => (part === "provider" ? [pid] : []));
    }

    /**
     * Writes this stack's environment as shell commands, for somebody who continues by hand. Returns the file, which only its owner can
     * read.
     */
    writeEnvironment(): string {
        const file = join(this.directory, "environment");
        const lines = Object.entries(this.environment).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
        writeFileSync(file, lines.join(""), { mode: 0o600 });
        return file;
    }

    /** Kills everything of this stack that still runs. */
    stop(): void {
        killMarked(this.mark);
    }

    /** Kills everything of this stack that still runs and removes its folder. What it created in Proxmox VE stays: destroy removes that. */
    dispose(): void {
        this.stop();
        this.leaveCompiled();
        rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
    }
}

/**
 * Required first by program and provider of the tests' operations, each of which starts both anew: takes out of their start what none of
 * them uses. That is half of a program's processor time. Bench and demo run without it, as users do.
 */
const { existsSync } = require("node:fs");
const Module = require("node:module");
const v8 = require("node:v8");

/** Undefined in a process that has nothing to do with Pulumi. */
function sdk() {
    try {
        return Module.createRequire(`${process.cwd()}/`).resolve("@pulumi/pulumi/package.json");
    } catch {
        return undefined;
    }
}

/**
 * Modules that Pulumi's SDK requires at its start and uses for what these programs do not do: closures that take packages along, programs in
 * TypeScript, the Automation API, traces.
 */
const MODULES = ["@npmcli/arborist", "normalize-package-data", "typescript", "./automation"];
/** Modules whose functions and classes are taken out of them at once (`const { start } = require(...)`). */
const TAKEN_APART = [
    "@opentelemetry/exporter-zipkin",
    "@opentelemetry/instrumentation",
    "@opentelemetry/instrumentation-grpc",
    "@opentelemetry/resources",
    "@opentelemetry/sdk-trace-base",
    "@opentelemetry/sdk-trace-node",
];

/** Puts a stand-in into the cache of modules, which loads the real one when something of it is used. */
function later(file, memberOf) {
    const standIn = new Module(file);
    const real = () => {
        if (require.cache[file] === standIn) delete require.cache[file];
        return require(file);
    };
    // `__esModule`: TypeScript's `import *` copies everything of other modules at once.
    standIn.exports = new Proxy({}, { get: (_, name) => name === "__esModule" || memberOf(real, name) });
    standIn.loaded = true;
    require.cache[file] = standIn;
}

const member = (real, name) => real()[name];

const callable = (real, name) =>
    new Proxy(function () {}, {
        apply: (_, self, args) => Reflect.apply(real()[name], self, args),
        construct: (_, args, target) => Reflect.construct(real()[name], args, target),
        get: (_, property) => real()[name][property],
    });

const file = sdk();
if (file !== undefined) {
    // The SDK sets this in the middle of its start, not at the same place in program and provider. Compiled code is good only for the flags that
    // it was compiled with: each of the two threw away what the other one had left in the cache.
    v8.setFlagsFromString("--allow-natives-syntax");
    const { resolve } = Module.createRequire(file);
    for (const [names, memberOf] of [
        [MODULES, member],
        [TAKEN_APART, callable],
    ])
        for (const name of names) later(resolve(name), memberOf);
    // `options: { typescript: false }` of Pulumi.yaml, which a language host of this age does not hear of.
    const project = `${process.cwd()}/package.json`;
    if (existsSync(project) && require(project).main === "index.js") process.env.PULUMI_NODEJS_TYPESCRIPT = "false";
}

/**
 * Loads npm's arborist when it is first used: a fifth of an operation's processor time, in program and provider. Pulumi's SDK requires it at
 * its start, and uses it only for closures that take packages along (runtime/closure/codePaths.js), which those of pvesmb do not.
 */
const Module = require("node:module");

/** Undefined in a process that has nothing to do with Pulumi. */
function arborist() {
    try {
        return Module.createRequire(`${process.cwd()}/node_modules/@pulumi/pulumi/`).resolve("@npmcli/arborist");
    } catch {
        return undefined;
    }
}

const file = arborist();
if (file !== undefined) {
    const later = new Module(file);
    const real = () => {
        if (require.cache[file] === later) delete require.cache[file];
        return require(file);
    };
    // `__esModule`: TypeScript's `import *` copies everything of other modules at once.
    later.exports = new Proxy({}, { get: (_, name) => name === "__esModule" || real()[name] });
    later.loaded = true;
    require.cache[file] = later;
}

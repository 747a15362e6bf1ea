const { appendFileSync } = require("node:fs");

/** Appends `passed failed` of a jest run to a file, for .ci/run to add up. A test file that cannot run at all is one failure. */
module.exports = class CountReporter {
    constructor(_globalConfig, { file }) {
        this.file = file;
    }

    onRunComplete(_contexts, results) {
        appendFileSync(this.file, `${results.numPassedTests} ${results.numFailedTests + results.numRuntimeErrorTestSuites}\n`);
    }
};

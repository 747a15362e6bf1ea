const { readFileSync } = require("node:fs");
const { basename, join } = require("node:path");
const { default: Sequencer } = require("@jest/test-sequencer");

/**
 * Runs the e2e files with the largest budgets first, so that two workers end at about the same time; jest's own order goes by what its
 * cache remembers, which a fresh clone has not. Files without a budget (unit tests) come in jest's order.
 */
module.exports = class LongestFirst extends Sequencer {
    async sort(tests) {
        const sorted = await super.sort(tests);
        const budgets = JSON.parse(readFileSync(join(this.rootDir(sorted), "test/e2e/budgets.json"), "utf8"));
        const budget = ({ path }) => budgets[basename(path).replace(/\.test\.ts$/, "")] ?? 0;
        return sorted.sort((a, b) => budget(b) - budget(a));
    }

    rootDir(tests) {
        return tests[0]?.context.config.rootDir ?? process.cwd();
    }
};

const { default: Sequencer } = require("@jest/test-sequencer");
const { budgetOf, nameOf } = require("./e2e-budgets");

/**
 * Runs the e2e files with the largest budgets first, so that two workers end at about the same time; jest's own order goes by what its
 * cache remembers, which a fresh clone has not. Files without a budget (unit tests) come in jest's order.
 */
module.exports = class LongestFirst extends Sequencer {
    async sort(tests) {
        const budget = ({ path }) => budgetOf(nameOf(path)) ?? 0;
        return (await super.sort(tests)).sort((a, b) => budget(b) - budget(a));
    }
};

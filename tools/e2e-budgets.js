const { basename } = require("node:path");
const budgets = require("../test/e2e/budgets.json");

/** The name of a test file, as ONLY takes it. */
const nameOf = (path) => basename(path).replace(/\.test\.ts$/, "");

/** Seconds that an e2e file may take, by its name; undefined for a file without a budget. */
const budgetOf = (name) => budgets[name];

module.exports = { nameOf, budgetOf };

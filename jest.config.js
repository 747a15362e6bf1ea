/**
 * Two projects. `unit`: pure tests of the provider, the SDK and the lab's API, seconds. `e2e`: the real CLI and real clients against
 * the lab, as root: one file at a time in a lab, and a lab for each of jest's workers.
 */
const common = {
    rootDir: __dirname,
    testEnvironment: "node",
    transform: { "\\.ts$": "@swc/jest" },
    modulePathIgnorePatterns: ["<rootDir>/dist/"],
    testPathIgnorePatterns: ["/node_modules/"],
};

module.exports = {
    reporters: [
        "default",
        "<rootDir>/tools/progress-reporter.js",
        ...(process.env.PVESMB_RESULTS ? [["<rootDir>/tools/count-reporter.js", { file: process.env.PVESMB_RESULTS }]] : []),
    ],
    testSequencer: "<rootDir>/tools/longest-first.js",
    // Of one test; generous, since a test that waits for a real process must not fail because the machine is busy.
    testTimeout: 30_000,
    projects: [
        {
            ...common,
            displayName: "unit",
            testMatch: ["provider", "sdk", "test/lab", "test/bench", "test/e2e/support"].map(
                (folder) => `<rootDir>/${folder}/**/*.test.ts`,
            ),
            globalSetup: "<rootDir>/test/support/global-setup.ts",
        },
        {
            ...common,
            displayName: "e2e",
            testMatch: ["<rootDir>/test/e2e/**/*.test.ts"],
            // A virtual machine in software emulation takes minutes: for `make soak`.
            testPathIgnorePatterns: ["/node_modules/", ...(process.env.PVESMB_SOAK === "1" ? [] : ["-vm\\.test\\.ts$"])],
            globalSetup: "<rootDir>/test/e2e/support/global-setup.ts",
            globalTeardown: "<rootDir>/test/e2e/support/global-teardown.ts",
            setupFiles: ["<rootDir>/test/e2e/support/own-lab.ts"],
            setupFilesAfterEnv: ["<rootDir>/test/e2e/support/patience.ts"],
        },
    ],
};

import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/**
 * Dependencies point one way (docs/decisions/0001): a folder may import itself and what stands below it. Each row names a folder of
 * provider/ and what it may use; everything else of ours is refused.
 */
const mayUse = {
    base: [],
    model: ["base"],
    proxmox: ["base", "model"],
    hosts: ["base", "model"],
    samba: ["base", "model", "hosts"],
    quota: ["base", "model", "hosts"],
    snapshots: ["base", "model", "hosts"],
    ad: ["base", "model", "hosts"],
    ctdb: ["base", "model", "hosts"],
    resources: ["base", "model", "proxmox", "hosts", "samba", "quota", "snapshots", "ad", "ctdb"],
    runtime: ["base", "model", "resources", "proxmox", "hosts"],
    adapters: ["base", "model", "resources", "runtime", "hosts"],
    codegen: ["base", "model", "adapters"],
    cli: ["base", "model", "proxmox", "hosts", "resources", "runtime"],
};

const pulumi = { group: ["@pulumi/*"], message: "Only provider/adapters and sdk/ know Pulumi." };
const outside = {
    group: ["**/sdk/**", "**/test/**", "**/examples/**", "pvesmb", "pvesmb/*"],
    message: "The provider does not import what is built on it.",
};

const layers = Object.entries(mayUse).map(([folder, below]) => {
    const refused = Object.keys(mayUse).filter((other) => other !== folder && !below.includes(other));
    return {
        files: [`provider/${folder}/**/*.ts`],
        ignores: ["**/*.test.ts"],
        rules: {
            "no-restricted-imports": [
                "error",
                {
                    patterns: [
                        outside,
                        ...(folder === "adapters" ? [] : [pulumi]),
                        {
                            group: refused.flatMap((other) => [`../**/${other}`, `../**/${other}/**`]),
                            message: `provider/${folder} stands below or beside that: see the table in eslint.config.mjs.`,
                        },
                    ],
                },
            ],
        },
    };
});

export default defineConfig(
    { ignores: ["dist/", "coverage/", "node_modules/", "examples/", "**/*.js", "**/*.mjs", "**/*.cjs"] },
    ...tseslint.configs.strictTypeChecked,
    {
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "no-restricted-syntax": [
                "error",
                {
                    selector: "ImportDeclaration[source.value='zod'][importKind='value'] > ImportSpecifier",
                    message: 'import * as z from "zod": else the bundle holds all of it (docs/decisions/0017).',
                },
            ],
            "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
            "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
            "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
            // `?? default` and guards on parsed answers stay when the compiler, which trusts our types, thinks them needless.
            "@typescript-eslint/no-unnecessary-condition": "off",
            // An async method may have nothing to wait for where its interface promises a promise.
            "@typescript-eslint/require-await": "off",
            "@typescript-eslint/no-confusing-void-expression": "off",
            "@typescript-eslint/no-dynamic-delete": "off",
            "@typescript-eslint/no-misused-spread": "off",
            eqeqeq: "error",
            "no-console": "off",
        },
    },
    {
        files: ["**/*.test.ts", "test/**/*.ts"],
        // A test may poke at parsed JSON: a wrong guess fails the test.
        rules: Object.fromEntries(
            [
                "no-non-null-assertion",
                "no-unsafe-member-access",
                "no-unsafe-argument",
                "no-unsafe-assignment",
                "no-unsafe-call",
                "no-unsafe-return",
            ].map((rule) => [`@typescript-eslint/${rule}`, "off"]),
        ),
    },
    ...layers,
);

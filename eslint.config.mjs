import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

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
);

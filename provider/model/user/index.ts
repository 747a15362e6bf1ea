import { childUses } from "../common";
import { notOnHost } from "../on-host";
import type { Model } from "../meta";
import { placeFaults } from "../one-source";
import { leaner } from "../migrations";
import { inputs, outputs } from "./inputs";

export const userModel: Model<typeof inputs, typeof outputs> = {
    kind: "SmbUser",
    description:
        "A local account of a gateway. Its numeric ids are kept beside the data: a rebuilt gateway gives the files back to the right people.",
    example: `const alice = new pvesmb.SmbUser("alice", { gateway: files, password: config.requireSecret("alicePassword") });`,
    inputs,
    outputs,
    deletion: "Open sessions of the user are ended and the account goes. Its files stay, and its numbers are kept for its name.",
    rules: [
        notOnHost(
            "passwordMustChange",
            ({ passwordMustChange }) => passwordMustChange,
            "users cannot be made to change their password, as that takes a setting of the host's whole Samba; leave `passwordMustChange` out",
        ),
        {
            needs: ["name", "groups"],
            check: ({ name, groups = [] }) =>
                name !== undefined && groups.includes(name.toLowerCase())
                    ? [{ property: "groups", reason: "must not contain the user's own group; remove it" }]
                    : [],
        },
        {
            needs: ["password", "passwordFrom", "ntHash"],
            check: (inputs) => {
                const given = (["password", "passwordFrom", "ntHash"] as const).filter((name) => inputs[name] !== undefined);
                if (given.length === 0) return [{ property: "password", reason: "is required, unless you set `passwordFrom` or `ntHash`" }];
                return given.length > 1
                    ? [{ property: given[1] ?? "", reason: `cannot be combined with \`${given[0]}\`; keep one of them` }]
                    : [];
            },
        },
        {
            needs: ["passwordFrom"],
            check: ({ passwordFrom }) => placeFaults(passwordFrom, "passwordFrom"),
        },
    ],
    uses: childUses,
    version: 2,
    migrations: { 1: leaner(["uid", "gid"], ["nonce"]) },
};

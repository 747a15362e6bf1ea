import { childUses } from "../common";
import type { Model } from "../meta";
import { leaner } from "../migrations";
import { inputs, outputs } from "./inputs";

export const groupModel: Model<typeof inputs, typeof outputs> = {
    kind: "SmbGroup",
    description: "A local group of a gateway, for the `access` of shares. Its number is kept beside the data.",
    example: `const team = new pvesmb.SmbGroup("team", { gateway: files, members: [alice.name, bob.name] });`,
    inputs,
    outputs,
    deletion: "Open sessions of its members are ended and the group goes. Its files stay, and its number is kept for its name.",
    rules: [],
    uses: childUses,
    version: 2,
    migrations: { 1: leaner(["gid"], ["nonce"]) },
};

import { childUses } from "../common";
import type { Model } from "../meta";
import { leaner } from "../migrations";
import { quotaRules } from "./rules";
import { inputs, outputs } from "./inputs";

export const quotaModel: Model<typeof inputs, typeof outputs> = {
    kind: "Quota",
    description:
        "A hard limit on a share, a directory or a gateway's data, held by the storage below it, with what is used and how full that is.",
    example: `new pvesmb.Quota("docs", { share: docs, limit: "80GiB", alerts: [75, 85, 95] });`,
    inputs,
    outputs,
    deletion: "The limit is taken away, and nothing else: files, datasets and subvolumes stay, and a volume keeps its size.",
    rules: quotaRules,
    uses: [...childUses, "quota-volume", "quota-shrink", "quota-node"],
    version: 2,
    migrations: { 1: leaner(["path"], ["nonce"]) },
};

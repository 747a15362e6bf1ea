import { childUses } from "../common";
import type { Model } from "../meta";
import { leaner } from "../migrations";
import { effective } from "./effective";
import { shareRef } from "./ref";
import { shareRules } from "./rules";
import { inputs, outputs } from "./inputs";
import type { ShareInputs } from "./inputs";

export const shareModel: Model<typeof inputs, typeof outputs> = {
    kind: "SmbShare",
    description: "A share on a gateway: its directory or volume, its section of the Samba configuration, and who may do what.",
    example: `const docs = new pvesmb.SmbShare("docs", {
    gateway: files,
    comment: "Documents",
    access: [{ user: alice.name, level: "full" }],
});`,
    inputs,
    outputs,
    deletion:
        "Open connections to the share are closed. Its files stay where they are, and so does its volume, unless `onDelete` is `delete`.",
    rules: shareRules,
    effective: (given) => effective(given as ShareInputs),
    reference: shareRef,
    uses: [...childUses, "share-volume", "share-snapshots"],
    version: 2,
    migrations: { 1: leaner(["path"], ["nonce"]) },
};

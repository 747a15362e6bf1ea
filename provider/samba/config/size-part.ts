import type { GatherResult, Step } from "../../hosts/batch";
import { SAMBA } from "../paths";
import { partPath, partRemovalSteps, partSteps, partText } from "./part";
import type { GlobalPart } from "./part";

/** Has Samba ask a program for the size of every share, so that it does not matter what they are called. */
const sizePart = (program: string): GlobalPart => ({
    owner: "dfree",
    lines: [["dfree command", program]],
    reserves: ["dfree command", "dfree cache time"],
});

/** Where earlier versions had it: behind the shares whose names begin with a digit or are not ASCII, which did not get it. */
const EARLIER = `${SAMBA.fragments}/=dfree.conf`;
const earlierGone: Step = { do: "remove", path: EARLIER };

/** What the folder of quotas needs to know of Samba (AskedBySamba). */
export const askedForSizes = {
    directory: SAMBA.sizes,
    ask: (program: string): Step[] => [...partSteps(sizePart(program)), earlierGone],
    askNoMore: (): Step[] => [...partRemovalSteps("dfree"), earlierGone],
    asks: ({ files }: Pick<GatherResult, "files">, program: string): boolean =>
        [partPath("dfree"), EARLIER].some((path) => files[path] === partText(sizePart(program))),
};

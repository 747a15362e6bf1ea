import type { GatherResult, Step } from "../../hosts/batch";
import { SAMBA } from "../paths";
import { partPath, partRemovalSteps, partSteps, partText } from "./part";
import type { GlobalPart } from "./part";

/** Makes Samba run a program for the size of every share, whatever the share's name. */
const sizePart = (program: string): GlobalPart => ({
    owner: "dfree",
    lines: [["dfree command", program]],
    reserves: ["dfree command", "dfree cache time"],
});

/**
 * The file of earlier versions. It sorted after shares whose names start with a digit or are not ASCII, so those did not get the option.
 */
const EARLIER = `${SAMBA.fragments}/=dfree.conf`;
const earlierGone: Step = { do: "remove", path: EARLIER };

/** The interface for the quota code (AskedBySamba). */
export const askedForSizes = {
    directory: SAMBA.sizes,
    ask: (program: string): Step[] => [...partSteps(sizePart(program)), earlierGone],
    askNoMore: (): Step[] => [...partRemovalSteps("dfree"), earlierGone],
    asks: ({ files }: Pick<GatherResult, "files">, program: string): boolean =>
        [partPath("dfree"), EARLIER].some((path) => files[path] === partText(sizePart(program))),
};

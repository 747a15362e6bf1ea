import { ShownSizes } from "../quota/dfree";
import { askedForSizes } from "../samba/config/size-part";

/** How a gateway's clients get to see limits that statvfs does not tell. */
export const sizes = new ShownSizes(askedForSizes);

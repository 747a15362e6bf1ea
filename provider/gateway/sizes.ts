import { ShownSizes } from "../quota/dfree";
import { askedForSizes } from "../samba/config/size-part";

/** Shows clients the limits that statvfs does not report. */
export const sizes = new ShownSizes(askedForSizes);

import type { Deadline } from "../../base/deadline";
import type { Host } from "../../hosts";
import type { HostInputs } from "../../model";
import type { HostMode } from "../../model/connection";
import type { FoundHost } from "../../samba/beside/detect";
import type { MachineKind } from "../kind";

/** What a mode for hosts that are there already has of its own. */
export interface HostSort {
    readonly mode: HostMode;
    readonly layout: MachineKind["layout"];
    /** Why a gateway of this mode cannot be on that host; undefined if it can. One sentence with the way out. `floor`: the oldest Samba. */
    refusal(found: FoundHost, floor: string): string | undefined;
    /** What the user should know before anything is changed. */
    warnings(found: FoundHost, inputs: HostInputs): string[];
    /** Removes the packages that pvesmb installed there; returns why they are kept, if they are. */
    removePackages(host: Host, deadline: Deadline): Promise<string | undefined>;
}

import type { Deadline } from "../base/deadline";
import type { Log } from "../base/log";
import type { Gather, GatherResult, Host, HostSession } from "../hosts";
import type { MachineKind } from "../machines/kind";
import type { GatewayState } from "../machines/state";
import type { GatewayInputs } from "../model";
import { effectiveLook } from "../samba/beside/program";
import { firstStart } from "../samba/beside/node";
import { besideActivation, besideStore } from "../samba/beside/store";
import { SAMBA } from "../samba/paths";
import type { FragmentOwner } from "../samba/share";
import { files } from "../samba/store/files";
import type { ShareStore } from "../samba/store/store";
import { besideGatewayDrift, configureBeside, installBeside } from "./beside";
import { gatewayDrift } from "./drift";
import { installOnNode } from "./on-node";
import { configureSamba, installSamba } from "./setup";
import type { Configured, Settings } from "./setup";

/** How Samba is set up on a host, and what counts as a difference there. */
export interface Layout {
    store: ShareStore;
    /** What drift needs besides the look of every gateway. */
    look: () => Gather;
    install(host: Host, inputs: GatewayInputs, fresh: boolean, deadline: Deadline, log: Log): Promise<string>;
    configure(
        hostSession: HostSession,
        inputs: GatewayInputs,
        hostname: string,
        owner: FragmentOwner,
        settings: Settings,
        log: Log,
    ): Promise<Configured>;
    drift(look: GatherResult, state: GatewayState, nonce: string): string[];
}

const beside: Layout = {
    store: besideStore,
    look: () => ({ files: [SAMBA.beside], commands: [effectiveLook()] }),
    install: (host, inputs, _fresh, deadline, log) => installBeside(host, inputs, deadline, log),
    configure: (hostSession, inputs, _hostname, owner, { claim, deadline }) => configureBeside(hostSession, inputs, owner, claim, deadline),
    drift: besideGatewayDrift,
};

/** `whole`: smb.conf is ours. `beside`: it is the host's own and includes ours. `node`: the same on a node of Proxmox VE. */
export const layouts: Record<MachineKind["layout"], Layout> = {
    whole: { store: files, look: () => ({}), install: installSamba, configure: configureSamba, drift: gatewayDrift },
    beside,
    node: {
        ...beside,
        install: (host, inputs, _fresh, deadline, log) => installOnNode(host, inputs, deadline, log),
        configure: (hostSession, inputs, _hostname, owner, { claim, deadline }) =>
            configureBeside(hostSession, inputs, owner, claim, deadline, besideActivation(true, [firstStart])),
    },
};

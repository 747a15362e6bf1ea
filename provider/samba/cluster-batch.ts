import type { Batch, Step, Unit } from "../hosts/batch";
import { gatewayBatch } from "./batch";
import { spread } from "./spread";
import { files } from "./store/files";
import type { ShareStore } from "./store/store";

/** Shares of a cluster: in files of each gateway. */
export const clusterStore: ShareStore = { ...files, spread };

/** How the gateway that makes a change keeps in step with the others; commands of provider/ctdb. */
export interface InStep {
    /** Before anything is changed: takes over what others have changed meanwhile. */
    catchUp: Step[];
    /** Fails if it is not in step. */
    require: Step;
    /** At the end of a batch: what all gateways follow from then on. */
    publish: Step;
}

const CATCH_UP = "in step";

/**
 * A batch on one gateway of a cluster, for all of them. Under the locks of the batch nobody else changes the cluster's objects: what the
 * gateway missed is taken over first, also what a rolled back journal has brought back, and what it has at the end is what all follow.
 */
export function clusterBatch(nonce: string, probePassword: string, { catchUp, require, publish }: InStep): (units: Unit[]) => Batch {
    const gateway = gatewayBatch(nonce, probePassword, clusterStore);
    return (units) => {
        const batch = gateway(units);
        const first: Unit = { key: CATCH_UP, steps: catchUp };
        return {
            ...batch,
            units: [first, ...batch.units.map((unit) => ({ ...unit, steps: [require, ...unit.steps] }))],
            commit: [...batch.commit, publish],
        };
    };
}

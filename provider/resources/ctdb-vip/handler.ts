import { randomBytes } from "node:crypto";
import type { ResourceHandler } from "../../base/handler";
import { CLUSTER } from "../../model";
import type { ClusterInputs } from "../../model";
import { converge } from "./converge";
import { readCluster } from "./read";
import { takeApart } from "./remove";
import type { Outputs } from "./types";

export const clusterHandler: ResourceHandler<ClusterInputs, Outputs> = {
    async create(ctx, inputs) {
        const id = `${CLUSTER}${randomBytes(8).toString("hex")}`;
        return { id, state: await converge(ctx, id, inputs) };
    },

    read: (ctx, id, state) => readCluster(ctx, id, state),

    update: (ctx, id, state, inputs) => converge(ctx, id, inputs, state),

    delete: (ctx, id, state) => takeApart(ctx, id, state),
};

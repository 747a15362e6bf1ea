import { randomBytes } from "node:crypto";
import type { ResourceHandler } from "../../base/handler";
import type { DomainInputs } from "../../model";
import { converge } from "./converge";
import { leaveDomain } from "./leave";
import { readDomain } from "./read";
import type { Outputs } from "./types";

export const domainHandler: ResourceHandler<DomainInputs, Outputs> = {
    async create(ctx, inputs) {
        const id = randomBytes(8).toString("hex");
        return { id, state: await converge(ctx, id, inputs) };
    },

    read: (ctx, id, state) => readDomain(ctx, id, state),

    update: (ctx, id, state, inputs) => converge(ctx, id, inputs, state),

    delete: (ctx, id, state) => leaveDomain(ctx, id, state),
};

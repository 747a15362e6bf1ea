import type { ResourceHandler } from "../../base/handler";
import { machineKindFor, machineKindOf } from "../../machines";
import type { Outputs } from "../../machines/state";
import type { GatewayInputs } from "../../model";
import { readGateway } from "./read";
import { tenantOf } from "./tenant";

/** A gateway is a machine, which its kind manages, with Samba on it, which the tenant manages. */
export const gatewayHandler: ResourceHandler<GatewayInputs, Outputs> = {
    create: (ctx, inputs) => machineKindFor(inputs).create(ctx, inputs, tenantOf(ctx, inputs)),

    read: (ctx, id, state) => readGateway(ctx, id, state),

    update: (ctx, id, state, inputs) => machineKindOf(id).update(ctx, id, state, inputs, tenantOf(ctx, inputs, state)),

    delete: (ctx, id, state) => machineKindOf(id).remove(ctx, id, state, tenantOf(ctx, state)),
};

import type { HostInputs } from "../../model";
import { hostIn } from "../id";
import type { MachineKind } from "../kind";
import type { HostState } from "../state";
import { createHosted, updateHosted } from "./converge";
import { openHosted } from "./open";
import { readHosted } from "./read";
import { removeHosted } from "./remove";
import type { HostSort } from "./sort";

/** Gateways on hosts that are there already and that SSH reaches. The rules of each mode ask for `ssh`. */
export const hostKind = (sort: HostSort): MachineKind => ({
    layout: sort.layout,
    create: (ctx, inputs, tenant) => createHosted(sort, ctx, inputs as HostInputs, tenant),
    read: (ctx, id, state, tenant) => readHosted(ctx, id, state as HostState, tenant),
    update: (ctx, id, state, inputs, tenant) => updateHosted(sort, ctx, id, state as HostState, inputs as HostInputs, tenant),
    remove: (ctx, id, state, tenant) => removeHosted(sort, ctx, id, state as HostState, tenant),
    open: openHosted,
    nameOf: (id) => `on ${hostIn(id)}`,
});

import { onExit } from "../base/exit";
import type { AnyHandler } from "../base/handler";
import { closeAll } from "../hosts";
import type { KindName } from "../model";
import { closeClients } from "../proxmox/client/client";
export type { AnyHandler } from "../base/handler";
import { gatewayHandler } from "./gateway/handler";
import { groupHandler } from "./group/handler";
import { quotaHandler } from "./quota/handler";
import { shareHandler } from "./share/handler";
import { userHandler } from "./user/handler";

/** The handler of each kind in the registry (model/registry.ts); the compiler misses one that is not here. */
export const handlers: Record<KindName, AnyHandler> = {
    SmbGateway: gatewayHandler,
    SmbShare: shareHandler,
    SmbUser: userHandler,
    SmbGroup: groupHandler,
    Quota: quotaHandler,
};

// Agents and connections say goodbye when the engine ends this process.
onExit(closeAll);
onExit(closeClients);

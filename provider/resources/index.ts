import { onExit } from "../base/exit";
import type { AnyHandler } from "../base/handler";
import { closeAll } from "../hosts";
import { closeClients } from "../proxmox/client/client";
export type { AnyHandler } from "../base/handler";
import { gatewayHandler } from "./gateway/handler";
import { groupHandler } from "./group/handler";
import { quotaHandler } from "./quota/handler";
import { shareHandler } from "./share/handler";
import { userHandler } from "./user/handler";

/** The handler of each kind of resource. */
export const handlers: Record<string, AnyHandler> = {
    SmbGateway: gatewayHandler,
    SmbShare: shareHandler,
    SmbUser: userHandler,
    SmbGroup: groupHandler,
    Quota: quotaHandler,
};

// Agents and connections say goodbye when the engine ends this process.
onExit(closeAll);
onExit(closeClients);

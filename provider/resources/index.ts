import type { AnyHandler } from "../base/handler";
import type { KindName } from "../model";
export type { AnyHandler } from "../base/handler";
import { domainHandler } from "./ad-domain/handler";
import { clusterHandler } from "./ctdb-vip/handler";
import { gatewayHandler } from "./gateway/handler";
import { groupHandler } from "./group/handler";
import { quotaHandler } from "./quota/handler";
import { shareHandler } from "./share/handler";
import { userHandler } from "./user/handler";

/** The handler of each kind in the registry (model/registry.ts); a missing one is a compiler error. */
export const handlers: Record<KindName, AnyHandler> = {
    SmbGateway: gatewayHandler,
    SmbShare: shareHandler,
    SmbUser: userHandler,
    SmbGroup: groupHandler,
    Quota: quotaHandler,
    AdDomain: domainHandler,
    CtdbVip: clusterHandler,
};

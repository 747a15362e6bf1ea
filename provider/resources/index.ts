import type { AnyHandler } from "../base/handler";
import type { KindName } from "../model";
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

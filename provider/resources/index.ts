import type { AnyHandler } from "../base/handler";
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

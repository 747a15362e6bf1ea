import { gatewayModel, groupModel, quotaModel, shareModel, userModel } from "../model";
import type { Model } from "../model/meta";
import type { AnyHandler } from "../base/handler";
import { dynamicProvider } from "./dynamic";

/**
 * `pvesmb/runtime/v1`: every user's state refers to this path and these names as the provider of a resource, so they must never change
 * (docs/decisions/0003).
 */
export const SmbGateway = provide(gatewayModel);
export const SmbShare = provide(shareModel);
export const SmbUser = provide(userModel);
export const SmbGroup = provide(groupModel);
export const Quota = provide(quotaModel);

function provide(model: Model): ReturnType<typeof dynamicProvider> {
    return dynamicProvider(model, () => handlerOf(model.kind));
}

/** Loads the handlers, with HTTP and SSH, on first use: check and diff do not need them. */
function handlerOf(kind: string): AnyHandler {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import()` would be asynchronous for no gain
    const { handlers } = require("../resources") as { handlers: Record<string, AnyHandler> };
    const handler = handlers[kind];
    if (!handler) throw new Error(`there is no handler of ${kind}`);
    return handler;
}

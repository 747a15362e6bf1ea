import { gatewayModel } from "./gateway";
import { groupModel } from "./group";
import type { Model } from "./meta";
import { quotaModel } from "./quota";
import { shareModel } from "./share";
import { userModel } from "./user";

/**
 * Every kind of resource, in the order of the docs. Types, schema, SDK, docs, permissions, adapters and the list of handlers
 * (resources/index.ts) go by it: nothing else names them all.
 */
export const kinds = {
    SmbGateway: gatewayModel,
    SmbShare: shareModel,
    SmbUser: userModel,
    SmbGroup: groupModel,
    Quota: quotaModel,
};

export type KindName = keyof typeof kinds;

export const models = Object.values(kinds) as unknown as readonly Model[];

/** The kinds that a reference may stand for. */
export const kindsReferredToBy = (reference: Model["inputs"]): string[] =>
    models.filter((model) => model.reference === reference).map(({ kind }) => kind);

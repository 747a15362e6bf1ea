import { domainModel } from "./ad-domain";
import { clusterModel } from "./ctdb-vip";
import { gatewayModel } from "./gateway";
import { groupModel } from "./group";
import { type Model, typeMetaOf } from "./meta";
import { quotaModel } from "./quota";
import { shareModel } from "./share";
import { userModel } from "./user";

/**
 * All kinds of resources, in the order of the docs. Types, schema, SDK, docs, permissions, adapters and handlers (resources/index.ts) are
 * derived from this list; no other place lists all kinds.
 */
export const kinds = {
    SmbGateway: gatewayModel,
    SmbShare: shareModel,
    SmbUser: userModel,
    SmbGroup: groupModel,
    Quota: quotaModel,
    AdDomain: domainModel,
    CtdbVip: clusterModel,
};

export type KindName = keyof typeof kinds;

export const models = Object.values(kinds) as unknown as readonly Model[];

/** The kinds to which a reference may refer. */
export const kindsReferredToBy = (reference: Model["inputs"]): string[] =>
    models
        .filter((model) => {
            const own = model.reference && typeMetaOf(model.reference)?.name;
            return model.reference === reference || (own !== undefined && typeMetaOf(reference)?.of?.includes(own) === true);
        })
        .map(({ kind }) => kind);

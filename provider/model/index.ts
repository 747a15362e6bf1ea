import { gatewayModel } from "./gateway";
import { groupModel } from "./group";
import type { Model } from "./meta";
import { quotaModel } from "./quota";
import { shareModel } from "./share";
import { userModel } from "./user";

export { gatewayModel } from "./gateway";
export type { GatewayInputs, GatewayOutputs } from "./gateway/inputs";
export { groupModel } from "./group";
export type { GroupInputs, GroupOutputs } from "./group/inputs";
export { quotaModel } from "./quota";
export type { PrincipalLimit, QuotaInputs, QuotaOutputs } from "./quota/inputs";
export { ABILITIES, BACKENDS } from "./quota/backends";
export type { BackendName } from "./quota/backends";
export { shareModel } from "./share";
export type { AccessEntry } from "./share/access";
export type { ShareInputs, ShareOutputs } from "./share/inputs";
export { userModel } from "./user";
export type { UserInputs, UserOutputs } from "./user/inputs";
export { gatewayRef } from "./connection";
export type { ConnectionInputs, GatewayRef } from "./connection";
export type { ShareRef } from "./share/ref";

/** Every kind of resource; codegen and the adapters go by this list. */
export const models = [gatewayModel, shareModel, userModel, groupModel, quotaModel] as unknown as readonly Model[];

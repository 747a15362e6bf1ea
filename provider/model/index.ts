import { gatewayModel } from "./gateway";
import type { Model } from "./meta";
import { shareModel } from "./share";
import { userModel } from "./user";

export { gatewayModel } from "./gateway";
export type { GatewayInputs, GatewayOutputs } from "./gateway";
export { shareModel } from "./share";
export type { AccessEntry, ShareInputs, ShareOutputs } from "./share";
export { userModel } from "./user";
export type { UserInputs, UserOutputs } from "./user";
export { gatewayRef } from "./connection";
export type { ConnectionInputs, GatewayRef } from "./connection";

/** Every kind of resource; codegen and the adapters go by this list. */
export const models = [gatewayModel, shareModel, userModel] as unknown as readonly Model[];

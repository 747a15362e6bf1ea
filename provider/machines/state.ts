import type { GatewayInputs, GatewayOutputs } from "../model";

/** Outputs, the VMID among them, which is an input too when the user chose it. */
export type Outputs = Partial<GatewayOutputs> & { vmid?: number };
/** What is stored. */
export type GatewayState = GatewayInputs & Outputs;

import type { ContainerInputs, HostInputs, GatewayInputs, GatewayOutputs } from "../model";

/** Outputs, and the VMID, which is an input when the user sets it. */
export type Outputs = Partial<GatewayOutputs> & { vmid?: number };
/** The stored state. */
export type GatewayState = GatewayInputs & Outputs;
export type ContainerState = ContainerInputs & Outputs;
export type HostState = HostInputs & Outputs;

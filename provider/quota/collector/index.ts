export type { AlertTarget, CollectorEntry, UsageSource } from "./entry";
export { COLLECTOR } from "./paths";
export { COLLECTOR_LOOK, collectorReport, type QuotaUsage } from "./report";
export { collector, collectorRemovalSteps, collectorSteps, renderEntry } from "./steps";

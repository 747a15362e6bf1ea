export type { AlertTarget, CollectorEntry, UsageSource } from "./entry";
export { COLLECTOR } from "./paths";
export { COLLECTOR_LOOK, collectorReport, type QuotaUsage } from "./report";
export { collectorRemovalSteps, collectorSteps, entryPath, renderEntry } from "./steps";

import { accessSync, constants, readFileSync } from "node:fs";

/** KVM where the processor offers it; a /dev/kvm alone says little (in some clouds it is there and runs no ordinary kernel). */
export function accelerator(): "kvm" | "tcg" {
    try {
        accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
        return /^flags\s*:.*\b(?:vmx|svm)\b/m.test(readFileSync("/proc/cpuinfo", "utf8")) ? "kvm" : "tcg";
    } catch {
        return "tcg";
    }
}

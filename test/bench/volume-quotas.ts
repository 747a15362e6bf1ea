import { labUp } from "../e2e/support/lab";
import { counted } from "./many-quotas";
import { measure } from "./measure";
import { withPair } from "./pair";
import { volumesProgram } from "./programs";
import type { Row } from "./rows";

/** A container can have 256 mount points in Proxmox VE. */
const QUOTAS = 200;
const LIMIT = { timeout: 3600 };
const UNCHANGED = { ...LIMIT, flags: ["--expect-no-changes"] };

/** 200 quotas on volumes of one gateway, one for each existing share; every volume grows. */
export async function volumeQuotas(): Promise<Row[]> {
    return withPair(await labUp(), "10.86.0.69", async ({ ours, prove }) => {
        ours.write(volumesProgram(QUOTAS, 0));
        const shares = await measure(`${QUOTAS} new shares with a volume each`, ours, "up", LIMIT);
        await prove(QUOTAS);
        ours.write(volumesProgram(QUOTAS, QUOTAS));
        const made = await measure(`${QUOTAS} new quotas on volumes`, ours, "up", LIMIT);
        const refresh = await measure("refresh, no change", ours, "refresh", UNCHANGED);
        ours.write(volumesProgram(QUOTAS, 0));
        const removed = await measure(`${QUOTAS} quotas on volumes removed`, ours, "up", LIMIT);
        ours.write(volumesProgram(0, 0));
        await measure(`${QUOTAS} shares with a volume removed`, ours, "up", LIMIT);
        return [
            ...counted(`up, ${QUOTAS} new shares with a volume each`, shares),
            ...counted(`up, ${QUOTAS} new quotas on volumes`, made),
            ...counted(`refresh, ${QUOTAS} quotas on volumes, no change`, refresh),
            ...counted(`up, ${QUOTAS} quotas on volumes removed`, removed),
        ];
    });
}

import type { Deadline } from "../../base/deadline";
import { asset } from "../../base/asset";
import type { Host } from "../host";

/** Which of these addresses a neighbour on this interface of the host has, and its MAC address; undefined if the host cannot ask. */
export async function neighboursOn(
    host: Host,
    from: string,
    addresses: readonly string[],
    deadline: Deadline,
): Promise<Map<string, string> | undefined> {
    const argv = ["python3", "-I", "-", from, ...addresses];
    const { code, stdout } = await host.exec(argv, { stdin: asset("hosts/probe/addresses.py"), deadline });
    if (code !== 0) return undefined;
    try {
        const found = Object.entries(Object(JSON.parse(stdout)) as Record<string, unknown>);
        const told = found.filter((pair): pair is [string, string] => addresses.includes(pair[0]) && typeof pair[1] === "string");
        // A host's output is untrusted input.
        return new Map(told.filter(([, mac]) => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac)));
    } catch {
        return undefined;
    }
}

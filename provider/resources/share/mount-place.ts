import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { HostSession } from "../../hosts";

/** Refuses to mount a volume over files, which it would hide. `had`: the share had the volume before, and it is not mounted now. */
export async function refuseHiding({ executor }: HostSession, path: string, had: boolean, deadline: Deadline): Promise<void> {
    const { commands } = await executor.gather(
        {
            commands: [
                { name: "mounted", argv: ["mountpoint", "-q", path] },
                { name: "file", in: path, argv: ["find", ".", "-mindepth", "1", "-maxdepth", "1", "-print", "-quit"] },
            ],
        },
        deadline,
    );
    if (commands["mounted"]?.code === 0 || (commands["file"]?.stdout ?? "") === "") return;
    throw new PvesmbError(
        "InvalidInput",
        had
            ? `volume: the share's volume is not mounted at ${path} in the gateway, and the directory there contains files, which the mount would hide; move them to another place in the gateway, then run \`pulumi up\` again`
            : `volume: ${path} already contains files, which a volume mounted there would hide; move them, use another path, or leave \`volume\` out`,
        { property: "volume" },
    );
}

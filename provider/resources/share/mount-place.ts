import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { Workshop } from "../../hosts";

/** Refuses to mount a new volume over files, which it would hide. */
export async function refuseHiding({ executor }: Workshop, path: string, deadline: Deadline): Promise<void> {
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
        `volume: ${path} holds files already, which a volume mounted there would hide; move them away, use another path, or leave \`volume\` out`,
        { property: "volume" },
    );
}

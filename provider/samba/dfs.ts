import type { Gather, Step } from "../hosts/batch";
import type { ShareSection } from "./share";

/** A DFS folder is a symlink with this prefix (smb.conf(5), "msdfs root"). */
const MARK = "msdfs:";

export function linkSteps({ path, links }: ShareSection, before: ShareSection | undefined): Step[] {
    const gone = Object.keys(before?.links ?? {}).filter((name) => !Object.hasOwn(links, name));
    return [
        ...gone.map((name): Step => ({ do: "remove", path: `${path}/${name}` })),
        ...Object.entries(links).map(([name, to]): Step => ({ do: "link", path: `${path}/${name}`, to: `${MARK}${to.join(",")}` })),
    ];
}

const lookName = (path: string): string => `DFS links in ${path}`;

/** Lists the links, including those made by hand. */
export const linkLook = (path: string): Gather => ({
    commands: [
        {
            name: lookName(path),
            in: path,
            argv: ["find", ".", "-mindepth", "1", "-maxdepth", "1", "-type", "l", "-lname", `${MARK}*`, "-printf", "%f/%l\\0"],
        },
    ],
});

/** The links that the look found; undefined if the look failed. */
export function foundLinks(path: string, commands: Record<string, { code: number; stdout: string }>): ShareSection["links"] | undefined {
    const look = commands[lookName(path)];
    if (look?.code !== 0) return undefined;
    const links = look.stdout.split("\0").filter((each) => each !== "");
    return Object.fromEntries(
        links.map((each) => {
            const end = each.indexOf("/");
            return [each.slice(0, end), each.slice(end + 1 + MARK.length).split(",")];
        }),
    );
}

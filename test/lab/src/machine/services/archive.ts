import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join, normalize } from "node:path";
import { network, switchNamespace } from "../layout";
import { listenIn } from "./listen";

/** Serves the Debian archive at http://deb.lab/debian. */
export async function startArchive(roots: string[]): Promise<void> {
    const server = createServer((request, response) => {
        const path = normalize(decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/"));
        const files = path.startsWith("/debian/") ? roots.map((root) => join(root, path.slice("/debian".length))) : [];
        const file = files.find((each) => existsSync(each));
        const stat = file ? statSync(file, { throwIfNoEntry: false }) : undefined;
        if (!file || !stat?.isFile()) return void response.writeHead(404, { "content-length": 0 }).end();
        response.writeHead(200, { "content-length": stat.size, "last-modified": stat.mtime.toUTCString() });
        if (request.method === "HEAD") return void response.end();
        createReadStream(file)
            .on("error", () => response.destroy())
            .pipe(response);
    });
    server.listen(await listenIn(switchNamespace, network.services, 80));
}

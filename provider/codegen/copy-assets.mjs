// The compiler copies no files that are not TypeScript: the Python modules of the remote executor, the collector and the snapshots, and the nodes' wrapper, go
// beside the compiled code.
import { cpSync } from "node:fs";

for (const from of ["provider/hosts/executor/agent", "provider/quota/collector/program", "provider/snapshots/program"])
    cpSync(from, `dist/${from}`, { recursive: true, filter: (path) => path === from || path.endsWith(".py") });
cpSync("provider/hosts/pvesmb-pct", "dist/provider/hosts/pvesmb-pct");

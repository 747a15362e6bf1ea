// The compiler copies no files that are not TypeScript: the remote executor's Python modules and the nodes' wrapper go beside the compiled code.
import { cpSync } from "node:fs";

const from = "provider/hosts/executor/agent";
cpSync(from, `dist/${from}`, { recursive: true, filter: (path) => path === from || path.endsWith(".py") });
cpSync("provider/hosts/pvesmb-pct", "dist/provider/hosts/pvesmb-pct");

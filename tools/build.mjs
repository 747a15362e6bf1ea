// What the compiler leaves over of `npm run build`: the provider, in one file for each way in, and what goes beside it as it is.
import { copyFileSync, cpSync } from "node:fs";
import { build } from "esbuild";

// In one file, and of zod only what is used (its CommonJS loads 60 languages): half the time and memory that loading takes.
// ssh2 and undici stay dependencies, so that whoever installs pvesmb can have a newer one.
await build({
    entryPoints: ["provider/adapters/v1.ts", "provider/cli/main.ts"],
    outbase: ".",
    outdir: "dist",
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    external: ["ssh2", "undici", "@pulumi/pulumi"],
    logLevel: "warning",
});
copyFileSync("node_modules/zod/LICENSE", "dist/provider/LICENSE.zod");
for (const from of [
    "provider/hosts/executor/agent",
    "provider/hosts/probe",
    "provider/quota/collector/program",
    "provider/snapshots/program",
    "provider/samba/beside",
    "provider/ad/program",
    "provider/ctdb/program",
    "provider/machines/lxc/program",
])
    cpSync(from, `dist/${from}`, { recursive: true, filter: (path) => path === from || path.endsWith(".py") });
for (const file of [
    "provider/hosts/pvesmb-pct",
    "provider/rights/node-setup.sh",
    "provider/samba/beside/detect.sh",
    "provider/samba/beside/install.sh",
    "provider/samba/beside/node-plan.sh",
    "provider/samba/beside/node-install.sh",
])
    cpSync(file, `dist/${file}`);

/**
 * Which folder may import which (docs/decisions/0002), and no circles, types included. `make lint` runs it.
 *
 * Each row of `mayUse` names a folder of provider/ and what stands below it; everything else of ours is refused.
 */
const mayUse = {
    base: [],
    model: ["base"],
    proxmox: ["base", "model"],
    hosts: ["base", "model"],
    samba: ["base", "model", "hosts"],
    ad: ["base", "model", "hosts"],
    ctdb: ["base", "model", "hosts"],
    quota: ["base", "model", "hosts"],
    snapshots: ["base", "model", "hosts"],
    rights: ["base", "model", "proxmox", "hosts"],
    machines: ["base", "model", "proxmox", "hosts", "rights", "samba", "quota"],
    gateway: ["base", "model", "proxmox", "hosts", "samba", "ad", "ctdb", "quota", "machines"],
    resources: ["base", "model", "proxmox", "hosts", "samba", "ad", "ctdb", "quota", "snapshots", "rights", "machines", "gateway"],
    runtime: ["base", "model", "resources", "machines", "proxmox", "hosts"],
    adapters: ["base", "model", "resources", "runtime", "hosts"],
    codegen: ["base", "model", "adapters"],
    cli: ["base", "model", "proxmox", "hosts", "rights", "machines", "resources", "runtime"],
};

const product = "^provider/(?!.*[.]test[.]ts$)";

const layers = Object.entries(mayUse).map(([folder, below]) => ({
    name: `below-${folder}`,
    comment: `provider/${folder} stands below or beside that: see the table in .dependency-cruiser.mjs.`,
    severity: "error",
    from: { path: `^provider/${folder}/`, pathNot: "[.]test[.]ts$" },
    to: { path: "^provider/", pathNot: `^provider/(${[folder, ...below].join("|")})/` },
}));

/** Folders whose parts do not import each other, and what to do instead. */
const alone = Object.entries({
    resources: "What two resources need is about the gateway: put it into provider/gateway.",
    machines:
        "What two kinds of machines need belongs into provider/machines itself; what those on hosts that are there already need, into its host/.",
}).map(([folder, comment]) => ({
    name: `${folder}-stand-alone`,
    comment,
    severity: "error",
    from: { path: `^provider/${folder}/([^/]+)/` },
    to: { path: `^provider/${folder}/[^/]+/`, pathNot: `^provider/${folder}/(${folder === "machines" ? "host|" : ""}$1)/` },
}));

export default {
    forbidden: [
        ...layers,
        {
            name: "no-circles",
            comment: "Two files that need each other are one, or a third one is missing: put what both use into a file of its own.",
            severity: "error",
            from: { path: "^(provider|sdk)/" },
            to: { circular: true },
        },
        {
            name: "hosts-by-its-index",
            comment: "What works on hosts imports provider/hosts, not a file of it.",
            severity: "error",
            from: { path: "^provider/(rights|machines|gateway|resources|runtime|adapters|cli)/", pathNot: "[.]test[.]ts$" },
            to: { path: "^provider/hosts/(?!index[.]ts$)" },
        },
        {
            name: "hosts-by-its-language",
            comment:
                "What only describes changes to a host knows its steps, looks, programs and mount table, and not how they get there: not the index.",
            severity: "error",
            from: { path: "^provider/(samba|ad|ctdb|quota|snapshots)/", pathNot: "[.]test[.]ts$" },
            to: { path: "^provider/hosts/(?!(batch|gather|steps|looks|programs|packages|mount-table)[.]ts$)" },
        },
        ...alone,
        {
            name: "only-adapters-know-pulumi",
            comment: "Only provider/adapters and sdk/ know Pulumi.",
            severity: "error",
            from: { path: "^provider/", pathNot: "^provider/adapters/" },
            to: { path: "node_modules/@pulumi/" },
        },
        {
            name: "sdk-is-thin",
            comment:
                "What the SDK does it does by provider/base/kind.ts, as any adapter: users' programs load nothing else of the provider.",
            severity: "error",
            from: { path: "^sdk/", pathNot: "[.]test[.]ts$" },
            to: { path: "^provider/", pathNot: "^provider/base/kind[.]ts$" },
        },
        {
            name: "provider-stands-alone",
            comment: "The provider does not import what is built on it.",
            severity: "error",
            from: { path: product },
            to: { path: "^(sdk|test|examples)/" },
        },
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        exclude: { path: "^(dist|coverage)/" },
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
        enhancedResolveOptions: { extensions: [".ts", ".js", ".json"] },
    },
};

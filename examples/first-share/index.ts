import * as pulumi from "@pulumi/pulumi";
import * as pvesmb from "pvesmb";

const config = new pulumi.Config();

const files = new pvesmb.SmbGateway("files", {
    node: config.require("node"),
    pool: config.get("pool") || undefined,
    mode: "lxc",
    lxc: {
        template: config.require("template"),
        rootfs: { storage: config.require("rootfsStorage"), size: "4GiB" },
        cores: 1,
        memory: "512MiB",
    },
    network: { bridge: config.require("bridge"), address: config.require("address"), gateway: config.require("gateway") },
    data: { storage: config.require("dataStorage"), size: config.require("dataSize") },
    dataOnDelete: config.require<"refuse" | "destroy">("dataOnDelete"),
});

const alice = new pvesmb.SmbUser("alice", { gateway: files, password: config.requireSecret("alice") });
new pvesmb.SmbUser("bob", { gateway: files, password: config.requireSecret("bob") });

// Bob has an account, but only Alice may use the share.
const docs = new pvesmb.SmbShare("docs", {
    gateway: files,
    comment: "Documents",
    access: [{ user: alice.name, level: "full" }],
});

export const unc = docs.unc;

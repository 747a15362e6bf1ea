import * as pulumi from "@pulumi/pulumi";
import * as pvesmb from "pvesmb";

const config = new pulumi.Config();

const files = new pvesmb.SmbGateway("files", {
    node: config.require("node"),
    pool: config.get("pool") || undefined,
    lxc: {
        template: config.require("template"),
        rootfs: { storage: config.require("rootfsStorage"), size: "4GiB" },
    },
    network: { bridge: config.require("bridge"), address: config.require("address"), gateway: config.require("gateway") },
    // Each of them must know the domain: its own controllers, or servers that forward it to them.
    nameservers: config.require("nameservers").split(","),
    data: { storage: config.require("dataStorage"), size: config.require("dataSize") },
    dataOnDelete: config.require<"refuse" | "destroy">("dataOnDelete"),
});

const ad = new pvesmb.AdDomain("ad", {
    gateway: files,
    domain: config.require("domain"),
    ou: config.get("ou") || undefined,
    credential: { user: config.require("joiner"), password: config.requireSecret("joinerPassword") },
});

// By the domain's name, so that the share waits for the join.
const team = pulumi.interpolate`${ad.workgroup}\\${config.require("group")}`;
new pvesmb.SmbShare("docs", {
    gateway: files,
    comment: "Documents",
    access: [{ group: team, level: "change" }],
});

export const unc = pulumi.interpolate`${ad.unc}\\docs`;

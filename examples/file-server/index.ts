import * as pulumi from "@pulumi/pulumi";
import * as pvesmb from "pvesmb";

const config = new pulumi.Config();

const server = new pvesmb.FileServer("office", {
    gateway: {
        node: config.require("node"),
        pool: config.get("pool") || undefined,
        lxc: { template: config.require("template"), rootfs: { storage: config.require("rootfsStorage"), size: "4GiB" } },
        network: { bridge: config.require("bridge"), address: config.require("address"), gateway: config.require("gateway") },
        data: { storage: config.require("dataStorage"), size: config.require("dataSize") },
        dataOnDelete: config.require<"refuse" | "destroy">("dataOnDelete"),
    },
    groups: {
        team: { members: ["alice", "bob"] },
    },
    users: {
        alice: { password: config.requireSecret("alice"), fullName: "Alice" },
        bob: { password: config.requireSecret("bob"), fullName: "Bob" },
    },
    shares: {
        docs: { comment: "What the team works on", access: [{ group: "team", level: "change" }] },
        books: { comment: "Accounts", access: [{ user: "alice", level: "full" }] },
        // A volume of its own; its quota sets the size.
        media: {
            purpose: "media",
            volume: { storage: config.require("dataStorage"), initialSize: "64MiB" },
            access: [{ group: "team", level: "change" }],
            quota: { limit: "128MiB" },
        },
    },
});

export const address = server.address;
export const paths = server.paths;

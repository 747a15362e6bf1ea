import * as pulumi from "@pulumi/pulumi";
import * as pvesmb from "pvesmb";
import { firstAddress } from "./guest";

const config = new pulumi.Config();

// The other stack exports what its VirtualMachine says: `export const addresses = vm.ipv4Addresses`.
const guests = new pulumi.StackReference(config.require("guests"));
const addresses = guests.requireOutput("addresses") as pulumi.Output<string[][]>;

// No endpoint or token of Proxmox VE is needed here, only SSH (PROXMOX_VE_SSH_PRIVATE_KEY or PROXMOX_VE_SSH_AGENT).
const files = new pvesmb.SmbGateway("files", {
    mode: "existing",
    ssh: { host: firstAddress({ ipv4Addresses: addresses }), user: config.require("user"), hostKeys: [config.require("hostKey")] },
});

const alice = new pvesmb.SmbUser("alice", { gateway: files, password: config.requireSecret("alice") });
const docs = new pvesmb.SmbShare("docs", { gateway: files, access: [{ user: alice.name, level: "full" }] });

export const unc = docs.unc;
export const gateway = files.ref;

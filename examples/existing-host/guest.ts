import * as pulumi from "@pulumi/pulumi";

/** What a virtual machine of @muhlba91/pulumi-proxmoxve 8 says of its addresses: one list per interface, as the guest agent tells them. */
export interface VirtualMachine {
    ipv4Addresses: pulumi.Output<string[][]>;
}

/** What a container of it says: the address of each interface. */
export interface Container {
    ipv4: pulumi.Output<Record<string, string>>;
}

/** The first address that is not the loopback interface's. */
export function firstAddress(guest: VirtualMachine | Container): pulumi.Output<string> {
    const all = "ipv4" in guest ? guest.ipv4.apply((known) => [Object.values(known)]) : guest.ipv4Addresses;
    return all.apply((interfaces) => {
        const address = interfaces.flat().find((each) => !each.startsWith("127."));
        if (address === undefined) throw new Error("the guest has no IPv4 address yet: is its agent running?");
        return address.replace(/\/\d+$/, "");
    });
}

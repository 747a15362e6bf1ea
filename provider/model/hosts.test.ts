import { check } from "../runtime/check";
import { gatewayModel, shareModel } from ".";
import { clientFault, hostsOptionFault } from "./hosts";
import type { Model } from "./meta";
import { hostsFault } from "./options/refusals";

/** Host lists accept only entries that Samba honours. */

test.each(["10.0.0.1", "10.0.0.77/24", "0.0.0.0/0", "fd00:86::2", "FD00:86::2", "fd00:86:0:0::/64", "fe80::1/128", "::/0", "127.0.0.1"])(
    "%s is heeded",
    (entry) => expect(clientFault(entry)).toBeUndefined(),
);

test.each([
    ["pc1.lab", "Samba does not resolve names"],
    ["LOCAL", "must be an address"],
    ["@office", "netgroups do not exist on a gateway"],
    ["ALL", "for everybody, leave the list out"],
    ["10.0.0.0/08", "without a leading 0"],
    ["10.0.0.0/255.0.0.0", "prefix length instead of a netmask"],
    ["10.0.0.0/33", "of 0 to 32"],
    ["fd00:86:0:0::2", "must be written as fd00:86::2"],
    ["fd00:0086::2", "must be written as fd00:86::2"],
    ["fe80::1%eth0", "fe80::1/128"],
    ["::ffff:10.0.0.1", "must be written as an IPv4 address"],
])("%s is not, and told why", (entry, why) => expect(clientFault(entry)).toContain(why));

test("raw options may use all of Samba's words that need no lookup; names only beside `hostname lookups`", () => {
    expect(hostsOptionFault("ALL EXCEPT 10.0.0.1, 10.1. 10.2.0.0/255.255.0.0;fd00::/8")).toBeUndefined();
    expect(hostsOptionFault("10.0.0.1 pc1.lab")).toContain('"pc1.lab" must be');
    expect(hostsFault("Deny Hosts", "pc1")).toContain("pc1");
    expect(hostsFault("comment", "pc1")).toBeUndefined();
    expect(hostsFault("hosts deny", "pc1", { "Hostname Lookups": "Yes" })).toBeUndefined();
});

const gateway = { id: "pve1/101/0123456789abcdef" };
const faults = (more: object): string[] =>
    check(shareModel as unknown as Model, { name: "lobby", gateway, ...more }).map(({ property, reason }) => `${property} ${reason}`);

test("a gateway's own lists are checked too", () => {
    const lxc = { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } };
    const samba = { options: { "hosts deny": "pc1.lab" } };
    const inputs = { node: "pve1", lxc, network: { bridge: "vmbr0", address: "dhcp" }, samba };
    expect(check(gatewayModel as unknown as Model, inputs)).toMatchObject([{ property: 'samba.options["hosts deny"]' }]);
});

test.each([
    [{ encryptionRequired: true }, "`encryptionRequired`"],
    [{ options: { "server smb encrypt": "required" } }, '`options["server smb encrypt"]`'],
    [{ options: { "SMB encrypt": "Mandatory" } }, '`options["SMB encrypt"]`'],
    [{ options: { "server smb encrypt": "desired" } }, '`options["server smb encrypt"]`'],
])("guests and %j do not go together", (more, named) => {
    expect(faults({ guest: true, ...more })).toEqual([expect.stringContaining(`guest cannot be combined with ${named}`)]);
    expect(faults(more)).toEqual([]);
});

test("guests may come where nobody is told to encrypt", () => {
    expect(faults({ guest: true, encryptionRequired: false, options: {} })).toEqual([]);
    expect(faults({ guest: true, options: { "server smb encrypt": "if_required" } })).toEqual([]);
});

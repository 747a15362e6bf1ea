import { check } from "../../runtime/check";
import { domainModel, gatewayModel, quotaModel, shareModel, userModel } from "..";

const existing = { mode: "existing", ssh: { host: "files.example.org" } };
const native = { mode: "native", ssh: { host: "pve1.example.org" } };
const container = {
    node: "pve1",
    lxc: { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } },
    network: { bridge: "vmbr0", address: "dhcp" },
};
const faults = (inputs: object): string[] => check(gatewayModel, inputs).map(({ property, reason }) => `${property}: ${reason}`);

test("each mode asks for what it needs", () => {
    expect(faults(container)).toEqual([]);
    expect(faults(existing)).toEqual([]);
    expect(faults({})).toEqual(["node: is required", "lxc: is required", "network: is required"]);
    expect(faults({ mode: "existing" })).toEqual(["ssh: is required in mode `existing`: `ssh: { host: ... }` says which host it is"]);
    expect(faults(native)).toEqual([]);
    expect(faults({ mode: "native" })).toEqual(["ssh: is required in mode `native`: `ssh: { host: ... }` says which host it is"]);
    expect(faults({ ...container, ssh: existing.ssh })[0]).toMatch(/^ssh: is for modes `existing` and `native`/);
});

test.each<[string, unknown]>([
    ["node", "pve1"],
    ["vmid", 101],
    ["lxc", container.lxc],
    ["network", container.network],
    ["data", { storage: "tank", size: "1GiB" }],
    ["dataOnDelete", "destroy"],
    ["nameservers", ["10.0.0.1"]],
    ["started", false],
    ["tags", ["a"]],
    ["pool", "files"],
    ["protection", true],
    ["packages.mirror", "http://mirror.example/debian"],
    ["samba.signing", "auto"],
    ["samba.timeZone", "Europe/Vienna"],
    ["samba.discovery", { wsdd: true }],
    ["samba.macos", true],
    ["samba.options", { "strict sync": "no" }],
])("what is not the gateway's there is refused with the way out: %s", (property, value) => {
    const [group, name] = property.split(".") as [string, string?];
    for (const host of [existing, native]) {
        const [fault, ...more] = faults({ ...host, [group]: name === undefined ? value : { [name]: value } });
        expect(fault).toMatch(new RegExp(`^${property.replace(".", "\\.")}: .*leave it out`));
        expect(fault).not.toContain(`mode \`${host === native ? "existing" : "native"}\``);
        expect(fault).not.toContain("MODE");
        expect(more).toEqual([]);
    }
});

test("where Samba listens on a node is its own setting unless the program may set it", () => {
    const interfaces = ["vmbr0"];
    expect(faults({ ...native, samba: { interfaces } })[0]).toMatch(/^samba.interfaces: .*`samba.manageGlobal: true`/);
    expect(faults({ ...native, samba: { interfaces, manageGlobal: true } })).toEqual([]);
});

test("defaults written out are no fault, and encryption is of the shares", () => {
    expect(faults({ ...existing, onboot: true, dataOnDelete: "refuse", samba: { encryption: "required", signing: "mandatory" } })).toEqual(
        [],
    );
});

test("the host's whole Samba is changed on request only, and never what is not Samba", () => {
    expect(faults({ ...existing, samba: { manageGlobal: true, signing: "auto", options: { "strict sync": "no" } } })).toEqual([]);
    expect(faults({ ...existing, samba: { manageGlobal: true, timeZone: "Europe/Vienna" } })[0]).toMatch(
        /^samba.timeZone: is the host's own/,
    );
    expect(faults({ ...container, samba: { manageGlobal: true } })[0]).toMatch(/^samba.manageGlobal: is for modes `existing` and `native`/);
    expect(faults({ ...container, packages: { onDelete: "remove" } })[0]).toMatch(
        /^packages.onDelete: is for modes `existing` and `native`/,
    );
});

describe.each([
    ["existing", "ssh:files.example.org/0123456789abcdef"],
    ["native", "node:pve1.example.org/0123456789abcdef"],
])("on a gateway of mode `%s`", (mode, id) => {
    const gateway = { id, ssh: existing.ssh };
    test.each([
        [shareModel, { name: "docs", volume: { storage: "tank", size: "1GiB" } }, "volume"],
        [shareModel, { name: "docs", guest: true }, "guest"],
        [shareModel, { name: "docs", previousVersions: { schedule: { daily: 7 } } }, "previousVersions.schedule"],
        [shareModel, { name: "docs", purpose: "timeMachine" }, "timeMachine"],
        [userModel, { name: "alice", password: "p", passwordMustChange: true }, "passwordMustChange"],
        [quotaModel, { limit: "1GiB" }, "gateway"],
        [domainModel, { domain: "ad.example.com", credential: { user: "joiner", password: "p" } }, "gateway"],
    ])("what the host does not offer is refused in check", (model, inputs, property) => {
        const given = { ...inputs, gateway };
        const said = (on: object): string[] =>
            check(model, { ...given, gateway: on }).map(({ property: at, reason }) => `${at}: ${reason}`);
        expect(said(gateway).join("\n")).toMatch(new RegExp(`^(: )?${property}: in mode \`${mode}\``, "m"));
        expect(said({ id: "pve1/101/0123456789abcdef" }).join("\n")).not.toContain("in mode `");
    });
});

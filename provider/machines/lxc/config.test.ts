import { gatewayModel } from "../../model";
import type { ContainerInputs } from "../../model";
import { configChanges, createParams, netText } from "./config";
import { observedInputs } from "./observed";

const inputs = (more: object = {}): ContainerInputs =>
    gatewayModel.inputs.parse({
        node: "pve1",
        lxc: { template: "debian-12-standard", rootfs: { storage: "local", size: "2GiB" } },
        network: { bridge: "vmbr0", address: "10.0.0.5/24", gateway: "10.0.0.1" },
        data: { storage: "tank", size: "1GiB" },
        ...more,
    }) as ContainerInputs;

describe("a gateway's configuration", () => {
    it("asks for volumes in GiB and for what the defaults say", () => {
        const params = createParams(inputs(), "files", "local:vztmpl/x.tar.zst", ["ssh-ed25519 AAAA"]);
        expect(params).toMatchObject({
            rootfs: "local:2",
            mp0: "tank:1,mp=/srv/pvesmb,backup=1",
            unprivileged: 1,
            features: "nesting=1",
            memory: 512,
            hostname: "files",
        });
        expect(params["net0"]).toContain("ip=10.0.0.5/24");
        expect(params).not.toHaveProperty("tags");
    });

    it("needs no change when PVE has what was asked for, whatever the order", () => {
        const config = {
            hostname: "files",
            cores: "1",
            memory: "512",
            swap: "512",
            onboot: "1",
            features: "nesting=1",
            net0: "name=eth0,bridge=vmbr0,gw=10.0.0.1,hwaddr=BC:24:11:00:00:01,ip=10.0.0.5/24,type=veth",
            mp0: "tank:100/vm-100-disk-0.raw,mp=/srv/pvesmb,backup=1,size=1G",
        };
        expect(configChanges(inputs(), "files", config)).toEqual({ set: {}, remove: [] });
        expect(observedInputs({ ...config, unprivileged: "1" }, inputs())).toMatchObject({
            lxc: { memory: "512MiB" },
            network: { address: "10.0.0.5/24" },
            onboot: true,
        });
    });

    it("keeps the MAC address over changes", () => {
        const [network] = [inputs({ network: { bridge: "vmbr1", address: "dhcp", vlan: 7 } }).network];
        expect(netText(network, 0, "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=10.0.0.5/24,gw=10.0.0.1,type=veth")).toBe(
            "name=eth0,bridge=vmbr1,hwaddr=BC:24:11:00:00:01,ip=dhcp,type=veth,tag=7",
        );
    });

    it("removes what is no longer asked for", () => {
        const { remove } = configChanges(inputs({ onboot: false }), "files", {
            onboot: "1",
            net1: "name=eth1,bridge=vmbr0",
            startup: "order=1",
        });
        expect(remove.sort()).toEqual(["net1", "onboot", "startup"]);
    });
});

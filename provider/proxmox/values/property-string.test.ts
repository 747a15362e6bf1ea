import fc from "fast-check";
import { features, formatPairs, mountPoint, net, parsePairs, rootfs, startup } from "./property-string";

const NET0 = "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:A0:D5:C9,type=veth";

describe("as PVE writes them", () => {
    test("net", () => {
        expect(net.parse(`${NET0},tag=12,mtu=9000,firewall=1,ip=10.0.0.2/24,gw=10.0.0.1`)).toEqual({
            name: "eth0",
            bridge: "vmbr0",
            hwaddr: "BC:24:11:A0:D5:C9",
            type: "veth",
            tag: 12,
            mtu: 9000,
            firewall: true,
            ip: "10.0.0.2/24",
            gw: "10.0.0.1",
        });
    });

    test("volumes: the bare value first, sizes as bytes, zero for an unsized directory", () => {
        expect(mountPoint.parse("local:200/vm-200-disk-1.raw,mp=/srv,backup=1,size=3584M")).toEqual({
            volume: "local:200/vm-200-disk-1.raw",
            mp: "/srv",
            backup: true,
            size: 3584 * 2 ** 20,
        });
        expect(rootfs.parse("local:8/subvol-8-disk-0.subvol,size=0T").size).toBe(0);
        expect(rootfs.parse("volume=local:1/x.raw,size=1G")).toEqual({ volume: "local:1/x.raw", size: 2 ** 30 });
    });

    test("features and startup", () => {
        expect(features.parse("nesting=1,keyctl=0,mount=nfs;cifs")).toEqual({ nesting: true, keyctl: false, mount: "nfs;cifs" });
        expect(startup.parse("5,up=30")).toEqual({ order: 5, up: 30 });
        expect(startup.parse("order=5,down=60")).toEqual({ order: 5, down: 60 });
    });
});

describe("edit", () => {
    test("keeps what it does not know, its place and the MAC address", () => {
        expect(net.edit(`${NET0},host-managed=1,tag=7`, { bridge: "vmbr1", tag: null, mtu: 1400, ip: undefined })).toBe(
            "name=eth0,bridge=vmbr1,hwaddr=BC:24:11:A0:D5:C9,type=veth,host-managed=1,mtu=1400",
        );
    });

    test("the bare value stays first", () => {
        expect(mountPoint.edit("mp=/srv,local:1/x.raw,backup=1", { mp: "/data", ro: true })).toBe("local:1/x.raw,mp=/data,backup=1,ro=1");
    });

    test("formats a new one", () => {
        expect(mountPoint.format({ volume: "local:8", mp: "/srv", backup: true })).toBe("local:8,mp=/srv,backup=1");
    });

    test("nothing that PVE would read differently is written", () => {
        expect(() => mountPoint.format({ volume: "local:8", mp: "/srv,backup=0" })).toThrow("comma");
        expect(() => net.format({ name: "eth0\nlxc.hook" })).toThrow("line end");
    });

    test("what is no property string is refused", () => {
        expect(() => net.parse("eth0")).toThrow("not a PVE property string");
    });
});

test("parse and format are each other's inverse", () => {
    const key = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
    const value = fc.stringMatching(/^[A-Za-z0-9:/.;=+-]{1,20}$/);
    fc.assert(
        fc.property(fc.array(fc.tuple(key, value)), (pairs) => {
            const map = new Map(pairs);
            expect([...parsePairs(formatPairs(map))]).toEqual([...map]);
        }),
    );
});

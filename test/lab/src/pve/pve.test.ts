import fc from "fast-check";
import { configText, digest, emptyConfig, parseConfig } from "./guest-config";
import { randomMac } from "./mac";
import { MethodTable } from "./method-table";
import { parsePropertyString, printPropertyString } from "./property-string";
import { perlPattern, propertySchema, type Schema } from "./schema";
import { formatSize, gibibytes, parseSize } from "./size";
import { normalTags } from "./tags";
import { formatUpid, parseUpid } from "./upid";
import { checkObject, type Errors } from "./validate";
import { parseVolumeName, volumeName, volumePath } from "./volume-id";

const table = new MethodTable("9.2");
const create = table.schema("POST /nodes/{node}/lxc")?.parameters.properties ?? {};
const mp = propertySchema(create, "mp0")?.format as Record<string, Schema>;

test("sizes are written in the largest exact unit and read back", () => {
    expect([0, 512, 1024, 3584 * 1024 ** 2, 1024 ** 3, 1.5 * 1024 ** 4].map(formatSize)).toEqual([
        "0T",
        "512",
        "1K",
        "3584M",
        "1G",
        "1536G",
    ]);
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (bytes) => parseSize(formatSize(bytes)) === bytes));
    expect([gibibytes("0.5"), gibibytes("1")]).toEqual([512 * 1024 ** 2, 1024 ** 3]);
    expect(parseSize("10GB")).toBeUndefined();
});

test("a config file reads back as it was written, whatever the description holds", () => {
    const line = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\n"));
    fc.assert(
        fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
            const text = lines.join("\n").replace(/\n+$/, "");
            const config = emptyConfig({ memory: "512", ...(text === "" ? {} : { description: `${text}\n` }) });
            config.pending = { nameserver: "10.0.0.1" };
            config.pendingDelete = ["mp1", "mp0"];
            config.snapshots = { before: { memory: "256" } };
            const again = parseConfig(configText(config));
            expect({ ...again, pendingDelete: [...again.pendingDelete].sort() }).toEqual({ ...config, pendingDelete: ["mp0", "mp1"] });
            expect(digest(again)).toBe(digest(config));
        }),
    );
    expect(configText(emptyConfig({ description: "50%: ü\n" }))).toBe("#50%25%3A %C3%BC\n");
});

test("property strings: the default key first, then what must be there, then the rest by name", () => {
    const parts = parsePropertyString(mp, "backup=yes,mp=/srv,local:1,quota=0");
    expect(parts).toEqual({ volume: "local:1", mp: "/srv", backup: "1", quota: "0" });
    expect(printPropertyString(mp, parts)).toBe("local:1,mp=/srv,backup=1,quota=0");
    const net = propertySchema(table.schema("POST /nodes/{node}/qemu")?.parameters.properties ?? {}, "net0")?.format as Record<
        string,
        Schema
    >;
    expect(printPropertyString(net, parsePropertyString(net, "bridge=vmbr0,virtio=BC:24:11:00:00:01"))).toBe(
        "virtio=BC:24:11:00:00:01,bridge=vmbr0",
    );
    for (const wrong of ["local:1,mp=/a,mp=/b", "local:1,local:2,mp=/a", "mp", "=x"])
        expect(() => parsePropertyString(mp, wrong)).toThrow();
});

test("every pattern of the data compiles", () => {
    const patterns: string[] = [];
    const walk = (schema: Schema): void => {
        if (schema.pattern !== undefined) patterns.push(schema.pattern);
        for (const part of [
            ...Object.values(schema.properties ?? {}),
            ...(typeof schema.format === "object" ? Object.values(schema.format) : []),
        ])
            walk(part);
        if (schema.items) walk(schema.items);
    };
    for (const version of ["8.4", "9.1", "9.2"] as const) {
        const methods = new MethodTable(version);
        for (const key of methods.keys()) walk(methods.schema(key)?.parameters ?? {});
    }
    expect(patterns.length).toBeGreaterThan(100);
    for (const pattern of patterns) expect(perlPattern(pattern)).toBeInstanceOf(RegExp);
});

test.each([
    ["cores", "9000", "value must have a maximum value of 8192"],
    ["memory", "512M", "type check ('integer') failed - got '512M'"],
    ["hostname", "a_b", "invalid format - value does not look like a valid DNS name\n"],
    ["nameserver", "10.0.0.1,nope", "invalid format - value does not look like a valid IP address\n"],
    ["tags", "a:b", "invalid format - invalid characters in tag\n"],
    ["arch", "sparc", "value 'sparc' does not have a value in the enumeration 'amd64, i386, arm64, armhf, riscv32, riscv64'"],
    ["onboot", "true", "type check ('boolean') failed - got 'true'"],
    ["mp300", "x", "property is not defined in schema and the schema does not allow additional properties"],
    [
        "net0",
        "name=eth0,hwaddr=01:00:00:00:00:00",
        "invalid format - format error\nnet0.hwaddr: invalid format - value does not look like a valid unicast MAC address\n\n",
    ],
])("%s=%s is refused in PVE's words", (key, value, text) => {
    const errors: Errors = {};
    checkObject({ node: "pve1", vmid: "100", ostemplate: "local:vztmpl/x.tar.zst", [key]: value }, create, "", errors);
    expect(errors).toEqual({ [key]: text });
});

test("UPIDs, tags, volume names, MAC addresses", () => {
    const upid = { node: "pve1", pid: 0x1b8f, pstart: 0x387a6, starttime: 0x6b00c2a7, type: "vzstart", id: "220", user: "svc@pve!adm" };
    expect(formatUpid(upid)).toBe("UPID:pve1:00001B8F:000387A6:6B00C2A7:vzstart:220:svc@pve!adm:");
    expect(parseUpid(formatUpid(upid))).toEqual(upid);
    expect(normalTags("UPPER;a b,a")).toBe("a;b;upper");
    expect(volumeName("zfspool", 101, "disk-0", "subvol")).toBe("subvol-101-disk-0");
    expect(volumeName("dir", 101, "disk-0", "raw", true)).toBe("101/base-101-disk-0.raw");
    expect(parseVolumeName("dir", "301/base-301-disk-0.qcow2/302/vm-302-disk-0.qcow2")).toMatchObject({
        vmid: 302,
        base: "301/base-301-disk-0.qcow2",
    });
    expect(() => parseVolumeName("dir", "8G")).toThrow("unable to parse directory volume name '8G'");
    expect(volumePath({ type: "dir", path: "/var/lib/vz" }, "vztmpl/x.tar.zst")).toBe("/var/lib/vz/template/cache/x.tar.zst");
    expect(randomMac("02:00")).toMatch(/^02:00(:[0-9A-F]{2}){4}$/);
});

import { SANDBOX } from "../base/sandbox";
import { gatewayModel } from "../model";
import type { SambaSettings } from "../model/samba";
import { filled } from "../model/schema";
import { units as collector } from "../quota/collector/units";
import { units as snapshots } from "../snapshots/units";
import { limitsOf } from "./limits";
import { SERVICE_FILES, serviceFiles, serviceSteps } from "./services";

const settings = (given: object = {}): SambaSettings => filled(gatewayModel.inputs.shape.samba, given) as SambaSettings;
const everything = settings({ macos: true, guests: "never", logging: { target: "file" }, discovery: { wsdd: true, avahi: true } });
const files = (samba: SambaSettings, memory = "512MiB"): Record<string, string | undefined> =>
    serviceFiles({ hostname: "files", samba, memory, securityUpdates: true });
const content = (samba: SambaSettings, path: RegExp, memory = "512MiB"): string =>
    Object.entries(files(samba, memory)).find(([name]) => path.test(name))?.[1] ?? "";

it("looks at every file that it may write", () => {
    for (const path of [...Object.keys(files(everything)), ...Object.keys(files(settings()))]) expect(SERVICE_FILES).toContain(path);
});

it("loads what systemd has to know of each unit, behind the file", () => {
    const steps = serviceSteps({ hostname: "files", samba: everything, memory: "512MiB" });
    for (const path of Object.keys(files(everything)).filter((name) => name.startsWith("/etc/systemd/"))) {
        const written = steps.findIndex((step) => step.do === "write" && step.path === path);
        const loaded = steps.findIndex((step) => step.do === "run" && step.ifChanged === path && step.argv.includes("daemon-reload"));
        expect(loaded).toBeGreaterThan(written);
    }
});

describe("limits", () => {
    it.each([
        ["128MiB", { memory: 64, processes: 21, perAddress: 11 }],
        ["512MiB", { memory: 384, processes: 128, perAddress: 64 }],
        ["1GiB", { memory: 768, processes: 256, perAddress: 128 }],
        ["8GiB", { memory: 7680, processes: 2560, perAddress: 1280 }],
    ])("%s", (memory, { memory: mib, ...rest }) => {
        expect(limitsOf(settings(), memory)).toEqual({ memory: mib * 2 ** 20, ...rest });
    });

    it("are the program's where it says so", () => {
        expect(limitsOf(settings({ maxProcesses: 50 }), "512MiB")).toMatchObject({ processes: 50, perAddress: 25 });
        expect(limitsOf(settings({ maxProcesses: 50, maxPerAddress: 50 }), "512MiB")).toMatchObject({ processes: 50, perAddress: 50 });
        expect(content(settings({ maxPerAddress: 7 }), /clients\.nft$/).match(/ct count over 7 /g)).toHaveLength(2);
        expect(content(settings(), /smbd\.service\.d/, "1GiB")).toContain("MemoryMax=805306368\n");
    });
});

it("has smbd itself end a log file that grows faster than a minute's look", () => {
    const logging = { target: "file", maxSize: "1MiB" };
    expect(content(settings({ logging }), /logrotate/)).toContain("size 1048576\n");
    expect(files(settings())["/etc/logrotate.d/pvesmb"]).toBeUndefined();
    expect(files(settings())).toHaveProperty(["/etc/systemd/system/pvesmb-logs.timer"], undefined);
});

it("says of security updates only what the program says", () => {
    const periodic = (securityUpdates?: boolean): string | undefined =>
        serviceFiles({ hostname: "files", samba: settings(), memory: "512MiB", securityUpdates })["/etc/apt/apt.conf.d/60pvesmb-updates"];
    expect([periodic(true), periodic(false), periodic()]).toEqual([
        expect.stringMatching(/Unattended-Upgrade "1"/),
        expect.stringMatching(/Update-Package-Lists "1"[^]*Unattended-Upgrade "0"/),
        undefined,
    ]);
});

it("has every service of pvesmb's own give up what it does not need", () => {
    const services = [...Object.entries(files(everything)), ...Object.entries(collector), ...Object.entries(snapshots)].filter(([path]) =>
        /pvesmb[\w@-]*\.service$/.test(path),
    );
    expect(services.map(([path]) => path.replace(/.*\//, "")).sort()).toEqual([
        "pvesmb-clients.service",
        "pvesmb-logs.service",
        "pvesmb-quota-metrics@.service",
        "pvesmb-quota.service",
        "pvesmb-snapshots.service",
    ]);
    for (const [, text] of services) expect(text).toContain(SANDBOX);
});

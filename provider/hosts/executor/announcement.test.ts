import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import type { Step } from "../batch";
import { gatewayModel } from "../../model";
import type { SambaSettings } from "../../model/samba";
import { filled } from "../../model/schema";
import { announcedServer, announcement, announcementIn } from "../../samba/announce";
import { fileName, SAMBA } from "../../samba/paths";
import { renderShare } from "../../samba/share";
import { shareSection } from "../../../test/support/share-section";
import { Bench } from "../../../test/support/hosts/local-host";

/** The service file for Avahi as the executor assembles it, and as a refresh expects it. */

const settings = (given: object = {}): SambaSettings => filled(gatewayModel.inputs.shape.samba, given) as SambaSettings;
const avahi = { discovery: { avahi: true } };
const server = (given: object = {}, hostname = "files.example.org"): string | undefined =>
    announcedServer(settings({ ...avahi, ...given }), hostname);

const owner = { key: "urn:pulumi:x", nonce: "0123456789abcdef" };
const access = [{ user: "alice", level: "full" as const }];
const capsule = { property: "timeMachine", name: "fruit:time machine", value: true };
const disk = (name: string, more = {}): [string, string] => [
    `${SAMBA.fragments}/${fileName(name)}.conf`,
    renderShare(shareSection({ name, access, settings: [capsule], ...more }), owner),
];
const fragments = Object.fromEntries([
    [`${SAMBA.fragments}/!dfree.conf`, "[global]\n\tdfree command = /x\n"],
    disk("capsule"),
    disk("Anna's & Öl"),
    disk("docs", { settings: [] }),
    disk("off", { enabled: false }),
    disk("open", { guest: true }),
    disk("nobody", { access: [] }),
    disk("ö".repeat(80)),
    disk("o".repeat(80)),
    disk("people", { homes: true }),
]);

it("names the server as smbd does", () => {
    expect(server()).toContain("<name>FILES</name>");
    expect(server({ netbiosName: "nas" })).toContain("<name>NAS</name>");
    expect(server({ options: { "Mdns  Name": "mdns" } })).toContain('<name replace-wildcards="yes">%h</name>');
    expect(server({ options: { "fruit:model": "TimeCapsule8,119" } })).toContain("model=TimeCapsule8,119<");
    expect(announcedServer(settings(), "files")).toBeUndefined();
    // The program has smbd do it, or nobody.
    expect(server({ options: { "multicast dns register": "no" } })).toBeUndefined();
});

describe("on a host", () => {
    let bench: Bench;
    beforeEach(() => {
        bench = new Bench();
        for (const folder of [SAMBA.fragments, "/etc/avahi/services"]) mkdirSync(bench.at(`.${folder}`), { recursive: true });
        for (const [path, text] of Object.entries(fragments)) writeFileSync(bench.at(`.${path}`), text);
    });
    afterEach(() => bench.dispose());
    const at = (path: string): string => bench.at(`.${path}`);
    const step = (): Step => ({
        ...announcement,
        from: at(announcement.from),
        to: at(announcement.to),
        ...(announcement.into === undefined ? {} : { into: { ...announcement.into, file: at(announcement.into.file) } }),
    });
    const assembled = (): string => readFileSync(at(SAMBA.announcement), "utf8");

    it("the file has one line for each share for Time Machine that somebody may use, and is what a refresh expects", async () => {
        const files = { ...fragments, [SAMBA.announced]: server() ?? "" };
        writeFileSync(at(SAMBA.announced), server() ?? "");
        await bench.settles(step());
        const expected = ["Anna's & Öl", "capsule", "open", "homes"];
        const named = [...assembled().matchAll(/dk(\d+)=adVN=<!\[CDATA\[(.*)\]\]>,adVF=0x82</g)].map(([, number, name]) => [number, name]);
        expect(named.map(([, name]) => name).sort()).toEqual([...expected, "o".repeat(80), "ö".repeat(80)].sort());
        expect(named.map(([number]) => number)).toEqual(named.map((_, i) => String(i)));
        expect(announcementIn(files)).toBe(assembled());
    });

    it("without such a share no disks are announced; without the server nothing is", async () => {
        writeFileSync(at(SAMBA.announced), server() ?? "");
        for (const path of Object.keys(fragments)) if (!path.includes("docs")) rmSync(at(path));
        await bench.settles(step());
        expect(assembled()).not.toContain("adisk");
        expect(assembled()).toContain("_smb._tcp");
        rmSync(at(SAMBA.announced));
        await bench.settles(step());
        expect(() => assembled()).toThrow("ENOENT");
        expect(announcementIn(fragments)).toBeUndefined();
    });

    it("a change is newer by a second at least, however fast it comes", async () => {
        writeFileSync(at(SAMBA.announced), server() ?? "");
        await bench.settles(step());
        const later = Math.floor(Date.now() / 1000) + 3;
        utimesSync(at(SAMBA.announcement), later, later);
        writeFileSync(at(SAMBA.announced), server({ netbiosName: "other" }) ?? "");
        await bench.settles(step());
        expect(Math.floor(statSync(at(SAMBA.announcement)).mtimeMs / 1000)).toBe(later + 1);
    });
});

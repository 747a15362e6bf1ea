import { Deadline } from "../base/deadline";
import type { Host } from "../hosts";
import { gatewayModel } from "../model";
import { installOnNode } from "./on-node";

/** What a node answers to the look at its packages. */
interface Answer {
    update?: string;
    held?: string;
    proxmox?: string;
    plan?: string;
    code?: number;
    samba?: string;
    wanted?: string;
}

const PLAN = "Inst samba (2:4.17.12 Debian:12.9/stable [amd64])\nConf samba (2:4.17.12 Debian:12.9/stable [amd64])\n";
const WANTED = "samba\nacl\n";

const printed = ({ update = "", held = "", proxmox = "", plan = PLAN, code = 0, samba = "", wanted = WANTED }: Answer): string =>
    wanted === ""
        ? `== samba\n${samba}\n== end\n`
        : `== update\n${update}== held\n${held}== proxmox\n${proxmox}== plan\n${plan}== wanted\n${wanted}== code\n${code}\n== samba\n${samba}\n== end\n`;

const inputs = gatewayModel.inputs.parse({ mode: "native", ssh: { host: "pve1" } });

/** Answers in turn; an installation says nothing. Returns what it was told to install, if anything, and what the user was told. */
async function run(...answers: Answer[]): Promise<{ version: string; installed: string[][]; warnings: string[]; infos: string[] }> {
    const left = [...answers];
    const installed: string[][] = [];
    const said = { warnings: [] as string[], infos: [] as string[] };
    const host = {
        name: "pve1",
        exec: (argv: readonly string[], { stdin }: { stdin: string }) => {
            if (stdin.includes("part() {")) return Promise.resolve({ code: 0, stdout: printed(left.shift() ?? {}), stderr: "" });
            installed.push(argv.slice(3));
            return Promise.resolve({ code: 0, stdout: "", stderr: "" });
        },
    } as unknown as Host;
    const log = { warn: (text: string) => said.warnings.push(text), info: (text: string) => said.infos.push(text) };
    const version = await installOnNode(host, inputs, Deadline.in(10_000), log as never);
    return { version, installed, ...said };
}

const refusal = (answer: Answer): Promise<unknown> => run(answer).then(() => "not refused", String);

test("a node that has everything is not touched", async () => {
    expect(await run({ wanted: "", samba: "2:4.17.12+dfsg-0+deb12u1" })).toEqual({
        version: "4.17.12+dfsg-0+deb12u1",
        installed: [],
        warnings: [],
        infos: [],
    });
});

test("what is missing is installed by the plan that was looked at, and its source is said", async () => {
    const { version, installed, infos } = await run({}, { wanted: "", samba: "2:4.17.12" });
    expect(version).toBe("4.17.12");
    expect(installed).toEqual([["Inst samba (2:4.17.12 Debian:12.9/stable [amd64])", "samba", "acl"]]);
    expect(infos).toEqual(["installing on pve1, from Debian:12.9/stable (samba 2:4.17.12)"]);
});

test("a source that cannot be read is a warning while the others serve, and part of a refusal", async () => {
    const update =
        "E: Failed to fetch https://enterprise.proxmox.com/debian/pve/dists/bookworm/InRelease  401  Unauthorized [IP: 1.2.3.4 443]\n";
    const { warnings } = await run({ update }, { wanted: "", samba: "2:4.17.12" });
    expect(warnings).toEqual([
        expect.stringMatching(/^pve1: apt-get cannot read https:\/\/enterprise\.proxmox\.com\/debian\/pve: 401 .*pve-no-subscription/),
    ]);
    const plan = "Reading package lists...\nE: Unable to locate package samba\n";
    expect(await refusal({ update, plan, code: 100 })).toMatch(
        /cannot be installed on pve1: E: Unable to locate package samba\. Nothing was changed; .* apt-get cannot read https:\/\/enterprise/,
    );
});

test("a plan that touches the node's own is not carried out", async () => {
    const plan = `${PLAN}Remv pve-manager [8.4.1]\nInst libpve-storage-perl [8.3.6] (8.3.7 Other:1/stable [all])\n`;
    const said = await refusal({ plan, held: "samba\n", proxmox: "libpve-storage-perl\npve-manager\n" });
    expect(said).toContain(
        "apt-get would remove pve-manager; and change packages of Proxmox: libpve-storage-perl (8.3.6 to 8.3.7); and install or change what is on hold (`apt-mark hold`): samba 2:4.17.12. Nothing was changed",
    );
});

test("an older Samba is refused", async () => {
    expect(await refusal({ wanted: "", samba: "2:4.13.13" })).toContain(
        "packages.minimumSambaVersion: pve1 has Samba 4.13.13, older than 4.17",
    );
});

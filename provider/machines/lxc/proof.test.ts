import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostKeysMade } from "./guest";
import { isSigned } from "./proof";
import { fingerprint } from "../ssh-keys";

describe("a host that signs a challenge with its host key", () => {
    const folder = mkdtempSync(join(tmpdir(), "pvesmb-"));
    afterAll(() => rmSync(folder, { recursive: true }));

    const key = (type: string): { print: string; sign: (text: string, namespace?: string) => string } => {
        const file = join(folder, `${type}-${Math.random()}`);
        execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", file]);
        return {
            print: fingerprint(readFileSync(`${file}.pub`, "utf8")) ?? "",
            sign: (text, namespace = "pvesmb") =>
                execFileSync("ssh-keygen", ["-q", "-Y", "sign", "-n", namespace, "-f", file], {
                    input: text,
                    encoding: "utf8",
                    stdio: "pipe",
                }),
        };
    };

    it.each(["ed25519", "ecdsa", "rsa"])("is the one whose key is known: %s", (type) => {
        const [own, other] = [key(type), key(type)];
        const signature = own.sign("challenge");
        // Only ed25519 signatures count as proof, since hosts are asked for that key.
        expect(isSigned(signature, "challenge", [other.print, own.print])).toBe(type === "ed25519");
        expect(isSigned(signature, "challenge", [other.print])).toBe(false);
        expect(isSigned(other.sign("challenge"), "challenge", [own.print])).toBe(false);
        expect(isSigned(signature, "another", [own.print])).toBe(false);
        expect(isSigned(own.sign("challenge", "git"), "challenge", [own.print])).toBe(false);
    });

    it("answers with something else: no proof, whatever it is", () => {
        const own = key("ed25519");
        const signature = own.sign("challenge");
        const armour = (blob: Buffer): string => `-----BEGIN SSH SIGNATURE-----\n${blob.toString("base64")}\n-----END SSH SIGNATURE-----\n`;
        const blob = Buffer.from(signature.split("\n").slice(1, -2).join(""), "base64");
        expect(isSigned(armour(blob), "challenge", [own.print])).toBe(true);
        for (let length = 0; length < blob.length; length++)
            expect(isSigned(armour(blob.subarray(0, length)), "challenge", [own.print])).toBe(false);
        for (let at = 0; at < blob.length; at++) {
            const other = Buffer.from(blob);
            other[at] = (other[at] ?? 0) ^ 0x80;
            expect(isSigned(armour(other), "challenge", [own.print])).toBe(false);
        }
        expect(isSigned("", "challenge", [own.print])).toBe(false);
    });
});

test("host keys as PVE's log of a create tells them", () => {
    const print = (letter: string): string => `SHA256:${letter.repeat(43)}`;
    expect(
        hostKeysMade([
            "extracting archive '/var/lib/vz/template/cache/debian-12.tar.zst'",
            "Creating SSH host key 'ssh_host_rsa_key' - this may take some time ...",
            `done: ${print("b")} root@files`,
            "Creating SSH host key 'ssh_host_ed25519_key' - this may take some time ...",
            `done: ${print("a")} root@files`,
            "done: SHA256:short root@files",
        ]),
    ).toEqual([print("a"), print("b")]);
    expect(hostKeysMade([])).toEqual([]);
});

import type { Batch, Step, Unit, Word } from "../hosts/batch";
import { smbpasswdLine } from "./accounts";
import { ntHash } from "./nt-hash";
import { SAMBA } from "./paths";
import { EMPTY_CONFIG } from "./reload";
import { files } from "./store/files";
import type { ShareStore } from "./store/store";
import { option, section } from "./text";

const P = SAMBA.probe;
/** Loopback only. No Debian service uses it, and it is below Linux's ephemeral ports (32768 and up). */
const PROBE_PORT = 24_450;
/** A share of the private instance itself. No share's name starts like this, and one of homes (probeName) has no second plus. */
const READY = "++ready";

/**
 * Every batch for a gateway: proves its units' shares on a private instance, then activates them all at once. `probePassword`: hexadecimal
 * digits, the password of the instance's only account, made by the caller for each deployment.
 */
export function gatewayBatch(nonce: string, probePassword: string, store: ShareStore = files): (units: Unit[]) => Batch {
    return (units) => {
        const activates = units.some((unit) => unit.activates);
        const awaited = units.some((unit) => unit.looks !== undefined);
        return {
            guard: { path: SAMBA.mark, fields: ["nonce"], value: nonce },
            units,
            verify: activates ? proof(probePassword) : [],
            // What a user needs of the server applies to new connections, so smbd needs no reload.
            commit: activates ? store.activate(awaited) : units.some(({ assembled }) => assembled) ? store.assemble : [],
        };
    };
}

/**
 * A private smbd on loopback with a throwaway account and the rendered shares: a real tree connect loads VFS modules, path and options,
 * which testparm does not (samba.md section 0, facts 2 and 3).
 */
function proof(password: string): Step[] {
    const config = [
        section("global"),
        option("server role", "standalone server"),
        option("smb ports", PROBE_PORT),
        option("interfaces", "lo"),
        option("bind interfaces only", true),
        option("disable netbios", true),
        option("load printers", false),
        option("disable spoolss", true),
        option("private dir", `${P}/private`),
        ...["lock", "state", "cache", "pid"].map((name) => option(`${name} directory`, `${P}/state`)),
        option("ncalrpc dir", `${P}/state/ncalrpc`),
        option("passdb backend", `smbpasswd:${P}/smbpasswd`),
        option("log file", `${P}/log`),
        option("include", `${P}/shares.conf`),
        section(READY),
        option("path", P),
    ].join("");
    const client: Word[] = ["-p", String(PROBE_PORT), ...EMPTY_CONFIG, "-A", { pipe: `username=root\npassword=${password}\n` }];
    return [
        { do: "directory", path: P, mode: "0700" },
        { do: "directory", path: `${P}/private`, mode: "0700" },
        { do: "directory", path: `${P}/state`, mode: "0755" },
        { do: "write", path: `${P}/shares.conf`, content: { collect: "probe" }, mode: "0600" },
        { do: "write", path: `${P}/smb.conf`, content: config, mode: "0600" },
        { do: "write", path: `${P}/smbpasswd`, content: smbpasswdLine("root", "0", ntHash(password), 1), mode: "0600" },
        {
            do: "daemon",
            name: "probe",
            // The executor has created a session already; smbd would fail to create another one.
            // On a member of a domain it would ask winbind for root's groups, which may wait for a controller for minutes (samba.md section 3).
            argv: ["env", "_NO_WINBINDD=1", "smbd", "-F", "--no-process-group", "-s", `${P}/smb.conf`],
            port: PROBE_PORT,
            // smbd listens before its notify daemon is up; until then tree connects fail with NT_STATUS_NO_MEMORY.
            ready: ["smbclient", `//127.0.0.1/${READY}`, ...client, "-c", "exit"],
        },
        {
            do: "ask",
            // Unbuffered: smbclient polls stdin for its next line, not its buffer, and would hold back answers.
            argv: ["stdbuf", "-i0", "-oL", "smbclient", "//127.0.0.1/IPC$", ...client],
            // smbd rereads its files when a session starts. The last tcon moves its working directory out of the shares, where it would
            // keep a mount busy.
            stdin: [`logon root ${password}\n`, { collect: "ask" }, `tcon "${READY}"\nlogoff\n`],
            answers: `^tcon (?:to (?!${READY.replaceAll("+", "\\+")} ).* successful|failed: (?P<fault>.*))`,
        },
    ];
}

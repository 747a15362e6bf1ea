import type { Batch, Step, Unit, Word } from "../hosts/batch";
import { smbpasswdLine } from "./accounts";
import { ntHash } from "./nt-hash";
import { SAMBA } from "./paths";
import { announcedAnew, assembly } from "./assembly";
import { option, section } from "./text";

const P = SAMBA.probe;
/** Loopback only; no service of Debian's uses it, and it is below the ports that Linux gives to outgoing connections (32768 and up). */
const PROBE_PORT = 24_450;
/** A share of the private instance's own. No share's name begins so, nor has one of homes (probeName) a second plus. */
const READY = "++ready";

/**
 * For Samba's tools: not the gateway's configuration with its shares. None of what they need to find smbd is the program's to set, and they
 * have loaded their libraries, most of what they take, when they come to read it.
 */
const ITS_OWN_CONFIG: Word[] = ["-s", { pipe: section("global") }];

/**
 * Every batch for a gateway: proves the shares of its units on a private instance, then activates them all at once. `probePassword` is that
 * of the instance's one account, made by the caller for the deployment: hexadecimal digits.
 */
export function gatewayBatch(nonce: string, probePassword: string): (units: Unit[]) => Batch {
    return (units) => {
        const shares = units.some((unit) => unit.asks !== undefined);
        const awaited = units.some((unit) => unit.looks !== undefined);
        return {
            guard: { path: SAMBA.mark, fields: ["nonce"], value: nonce },
            units,
            verify: shares ? proof(probePassword) : [],
            // What a user needs of the server holds for who connects from then on, and nobody has to be told.
            commit: shares ? activation(awaited) : units.some(({ assembled }) => assembled) ? [assembly] : [],
        };
    };
}

/**
 * A private smbd on loopback with a throwaway account and the rendered shares: a real tree connect loads the VFS modules, the path and
 * the options, which testparm does not (samba.md section 0, facts 2 and 3).
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
    const client: Word[] = ["-p", String(PROBE_PORT), ...ITS_OWN_CONFIG, "-A", { pipe: `username=root\npassword=${password}\n` }];
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
            // The executor gives it a session of its own already; smbd would fail to make another one.
            argv: ["smbd", "-F", "--no-process-group", "-s", `${P}/smb.conf`],
            port: PROBE_PORT,
            // It listens before its notify daemon is there, without which a share cannot be connected (NT_STATUS_NO_MEMORY).
            ready: ["smbclient", `//127.0.0.1/${READY}`, ...client, "-c", "exit"],
        },
        {
            do: "ask",
            // Unbuffered: it would look for its next line where stdin is, not in what it has read of it already, and keep its answers back.
            argv: ["stdbuf", "-i0", "-oL", "smbclient", "//127.0.0.1/IPC$", ...client],
            // At a session's begin smbd reads its files anew. Afterwards it is to stand in no share's directory, which a mount could hold.
            stdin: [`logon root ${password}\n`, { collect: "ask" }, `tcon "${READY}"\nlogoff\n`],
            answers: `^tcon (?:to (?!${READY.replaceAll("+", "\\+")} ).* successful|failed: (?P<fault>.*))`,
        },
    ];
}

/** Messages are taken in order, and smbd hands the first on before it answers the second. One that runs and still was not told fails here. */
const TOLD: Step = { do: "run", argv: ["smbcontrol", ...ITS_OWN_CONFIG, "smbd", "ping"], changes: false };

/**
 * The shares as they are in their files, told to smbd, or smbd started. Who connects from then on gets them: a new process of smbd reads
 * its files anew. `awaited`: the open sessions know too, as who ends some of them wants it.
 */
export function activation(awaited: boolean): Step[] {
    return [
        assembly,
        {
            do: "run",
            id: "started",
            argv: ["systemctl", "start", "smbd"],
            unless: ["smbcontrol", ...ITS_OWN_CONFIG, "smbd", "reload-config"],
        },
        { ...TOLD, ...(awaited ? {} : { ifChanged: "started" }) },
        ...announcedAnew(TOLD),
    ];
}

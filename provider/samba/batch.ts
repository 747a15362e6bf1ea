import type { Batch, Step, Unit, Word } from "../hosts/batch";
import { smbpasswdLine } from "./accounts";
import { ntHash } from "./nt-hash";
import { SAMBA } from "./paths";
import { ITS_OWN_CONFIG } from "./reload";
import { files } from "./store/files";
import type { ShareStore } from "./store/store";
import { option, section } from "./text";

const P = SAMBA.probe;
/** Loopback only; no service of Debian's uses it, and it is below the ports that Linux gives to outgoing connections (32768 and up). */
const PROBE_PORT = 24_450;
/** A share of the private instance's own. No share's name begins so, nor has one of homes (probeName) a second plus. */
const READY = "++ready";

/**
 * Every batch for a gateway: proves the shares of its units on a private instance, then activates them all at once. `probePassword` is that
 * of the instance's one account, made by the caller for the deployment: hexadecimal digits.
 */
export function gatewayBatch(nonce: string, probePassword: string, store: ShareStore = files): (units: Unit[]) => Batch {
    return (units) => {
        const activates = units.some((unit) => unit.activates);
        const awaited = units.some((unit) => unit.looks !== undefined);
        return {
            guard: { path: SAMBA.mark, fields: ["nonce"], value: nonce },
            units,
            verify: activates ? proof(probePassword) : [],
            // What a user needs of the server holds for connections made from then on, so smbd need not be told.
            commit: activates ? store.activate(awaited) : units.some(({ assembled }) => assembled) ? store.assemble : [],
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

import { SAMBA } from "./paths";
import { option, section } from "./text";

export interface GlobalSettings {
    hostname: string;
    workgroup: string;
    serverString: string;
}

const HEAD = "# Written by pvesmb; changes here are reported by `pulumi refresh` and undone by `pulumi up`.\n";

/** NetBIOS names have at most 15 characters. */
export function netbiosName(hostname: string): string {
    return (hostname.split(".")[0] ?? hostname).slice(0, 15).toUpperCase();
}

/**
 * The global section: secure by default (samba.md sections 3 and 6). SMB3 with mandatory signing and encryption where the client can; no
 * NetBIOS, no printing, no anonymous listing, no SMB1-era authentication.
 */
export function renderGlobal(settings: GlobalSettings): string {
    return [
        HEAD,
        section("global"),
        option("workgroup", settings.workgroup),
        option("netbios name", netbiosName(settings.hostname)),
        option("server string", settings.serverString),
        option("server role", "standalone server"),
        option("server min protocol", "SMB3_00"),
        option("server signing", "mandatory"),
        option("server smb encrypt", "desired"),
        option("ntlm auth", "ntlmv2-only"),
        option("map to guest", "never"),
        option("restrict anonymous", 2),
        option("disable netbios", true),
        option("smb ports", 445),
        option("load printers", false),
        option("printing", "bsd"),
        option("printcap name", "/dev/null"),
        option("disable spoolss", true),
        option("unix extensions", false),
        option("allow insecure wide links", false),
        // An unprivileged container cannot store security.* attributes (samba.md section 0, fact 7): where Windows metadata must be kept, user.* is used.
        option("store dos attributes", true),
        option("inherit acls", true),
        option("logging", "systemd"),
        option("log level", 1),
        option("include", SAMBA.shares),
        option("include", SAMBA.local),
    ].join("");
}

/** Options that pvesmb writes itself for every share: the property to use instead. */
const OWNED: Record<string, string> = {
    path: "path",
    comment: "comment",
    available: "enabled",
    "read only": "readOnly",
    writeable: "readOnly",
    writable: "readOnly",
    "write ok": "readOnly",
    browseable: "browseable",
    browsable: "browseable",
    "guest ok": "guest",
    public: "guest",
    "guest only": "guest",
    "valid users": "access",
    "invalid users": "access",
    "read list": "access",
    "write list": "access",
    "admin users": "access",
    "create mask": "createMask",
    "create mode": "createMask",
    "directory mask": "directoryMask",
    "directory mode": "directoryMask",
    directory: "path",
};

/** Options that run programs, read other files or break the isolation of a share (samba.md section 6). */
const DANGEROUS = new Set(
    [
        "include",
        "config file",
        "copy",
        "config backend",
        "root preexec",
        "root preexec close",
        "preexec",
        "preexec close",
        "exec",
        "postexec",
        "root postexec",
        "dfree command",
        "magic script",
        "magic output",
        "panic action",
        "print command",
        "printable",
        "print ok",
        "lppause command",
        "lpq command",
        "lpresume command",
        "lprm command",
        "queuepause command",
        "queueresume command",
        "check password script",
        "message command",
        "add user script",
        "wins hook",
        "username map script",
        "wide links",
        "ctdb socket",
        "force user",
        "force group",
        "root directory",
        "root dir",
        "root",
        "private dir",
        "lock directory",
        "state directory",
        "cache directory",
        "pid directory",
    ].map(normal),
);

/** Samba reads parameter names without case and blanks. */
function normal(name: string): string {
    return name.toLowerCase().replace(/[\s_]+/g, "");
}

const OWNED_NORMAL = new Map(Object.entries(OWNED).map(([name, property]) => [normal(name), property]));

/** Why a raw share option is refused, or undefined when it may be used. */
export function optionRefusal(name: string): string | undefined {
    if (!/^[A-Za-z][A-Za-z0-9 _:.-]*$/.test(name) || name !== name.trim()) return "is no name of an smb.conf option";
    const owned = OWNED_NORMAL.get(normal(name));
    if (owned) return `is written by pvesmb; use the property \`${owned}\``;
    if (DANGEROUS.has(normal(name)))
        return "is refused because it runs programs, reads other files or leaves the share; there is no way around it here";
    return undefined;
}

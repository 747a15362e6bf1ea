/**
 * Synonyms of Samba's options (FLAG_SYNONYM in lib/param/param_table.c; each seen with testparm 4.17). A rule for an option covers all its
 * names. `writeable` and its synonyms are the inverse of `read only`.
 */
const SYNONYMS: Record<string, string> = {
    "allow hosts": "hosts allow",
    "deny hosts": "hosts deny",
    browsable: "browseable",
    casesignames: "case sensitive",
    "create mode": "create mask",
    directory: "path",
    "directory mode": "directory mask",
    exec: "preexec",
    group: "force group",
    "only guest": "guest only",
    "print ok": "printable",
    printer: "printer name",
    public: "guest ok",
    "smb encrypt": "server smb encrypt",
    "vfs object": "vfs objects",
    writable: "read only",
    "write ok": "read only",
    writeable: "read only",
    "bind dns directory": "binddns dir",
    "debug timestamp": "timestamp logs",
    debuglevel: "log level",
    default: "default service",
    "ldap password sync": "ldap passwd sync",
    "lock dir": "lock directory",
    "max protocol": "server max protocol",
    "min protocol": "server min protocol",
    "prefered master": "preferred master",
    preload: "auto services",
    printcap: "printcap name",
    "private directory": "private dir",
    protocol: "server max protocol",
    root: "root directory",
    "root dir": "root directory",
    "socket address": "nbt client socket address",
    "unix extensions": "smb1 unix extensions",
    "winbind gid": "idmap gid",
    "winbind uid": "idmap uid",
};

/** Samba compares option names without case, spaces and underscores. */
export function optionKey(name: string): string {
    return name.toLowerCase().replace(/[\s_]+/g, "");
}

const CANONICAL = new Map(Object.entries(SYNONYMS).map(([synonym, name]) => [optionKey(synonym), optionKey(name)]));

/** The option behind a name, in the form for comparison: `VFS Object` and `vfs objects` are both `vfsobjects`. */
export function canonicalOption(name: string): string {
    return CANONICAL.get(optionKey(name)) ?? optionKey(name);
}

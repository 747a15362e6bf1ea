import { createHash } from "node:crypto";

/**
 * What a hostile root of a gateway knows about pvesmb and does in the gateway's data: programs for the gateway's python3 (hostile.test.ts,
 * hostile-vm.test.ts).
 */

/** File name of a limit's claim (provider/quota/claim.ts). */
export const claim = (path: string): string =>
    `/srv/pvesmb/.pvesmb/quotas/${createHash("sha256").update(path).digest("hex").slice(0, 32)}.json`;

/** What `up` says about something planted; it depends on how far `up` was. */
export const NOTICED = /symlink|something else was put|has no limit after|no such directory|neither exists/;
/** On ZFS a dataset is mounted in the gateway too, and Proxmox VE does not mount over a link. */
export const NOTICED_ON_ZFS = new RegExp(`${NOTICED.source}|unable to hotplug`);

const LIBRARY = `import ctypes, os, stat, time
os.chdir("/srv/pvesmb")
LIBC = ctypes.CDLL(None)
def folder(name):
    try:
        return stat.S_ISDIR(os.lstat(name).st_mode)
    except FileNotFoundError:
        return False
def aside():
    return [name for name in os.listdir(".") if name.startswith(".pvesmb-convert-")]
def content(name):
    try:
        return os.listdir(name)
    except OSError:
        return []
def swap(name, to):
    os.rename(name, name + ".stolen-%x" % time.time_ns())
    os.symlink(to, name)
def new(name):
    try:
        return os.lstat(name).st_ino == 256
    except FileNotFoundError:
        return False
def flip(name, other):
    """Each takes the place of the other, in one step (renameat2(2), RENAME_EXCHANGE)."""
    LIBC.renameat2(-100, os.fsencode(name), -100, os.fsencode(other), 2)
`;

/** Shell: a program that runs while something else is done, and the command that ends it, if it has not ended itself (also in `sh -e`). */
export const begun = (attack: string): string =>
    `cat > /root/attack.py <<'END'\n${LIBRARY}${attack}\nEND\nnohup python3 /root/attack.py > /root/attack.log 2>&1 & echo $! > /root/attack.pid`;
export const ended = "kill -9 $(cat /root/attack.pid) 2>/dev/null || true";

/** Plants its program where the files are kept, and replaces what the node makes by a link as soon as it is there. */
export const swapping = (name: string, to: string, planted: string, when = "aside() or new(name)"): string => `
name = "${name}"
while True:
    for one in aside():
        try:
            open(one + "/${planted}", "x").write("#!/bin/sh\\ntouch /root/owned\\n")
            os.chmod(one + "/${planted}", 0o755)
        except OSError:
            pass
    if folder(name) and (${when}):
        try:
            swap(name, "${to}")
        except FileNotFoundError:
            continue
        break
`;

/** Swaps a link and the directory endlessly. */
export const flipping = (name: string, to: string): string => `
os.symlink("${to}", "${name}.other")
while True:
    flip("${name}", "${name}.other")
`;

/** Shell: the directory is in its place again, and no link is left. */
export const sorted = (name: string): string =>
    `cd /srv/pvesmb; for n in ${name} ${name}.other; do [ ! -L $n ] || rm $n; done; [ ! -d ${name}.other ] || mv ${name}.other ${name}`;

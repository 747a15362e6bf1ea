"""Looks on a node who has which ids, and gives a container a map of more (lxc.idmap). Written by pvesmb; needs only the standard library.

Lines of Proxmox VE's configuration files that begin with `lxc.` are set by no API. So this takes the lock that Proxmox VE itself takes for a
container's configuration (PVE::AbstractConfig, lock_config), and replaces the file as a whole, as PVE::Tools::file_set_contents does.
"""
import contextlib
import fcntl
import glob
import json
import os
import re
import subprocess
import sys
import time

LINE = re.compile(r"lxc\.idmap\s*[:=]\s*([ugb])\s+(\d+)\s+(\d+)\s+(\d+)\s*$")
FILES = {"u": "/etc/subuid", "g": "/etc/subgid"}


class InUse(Exception):
    pass


@contextlib.contextmanager
def locked(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a") as lock:
        for _ in range(100):  # 10 s, as Proxmox VE itself waits
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.1)
        else:
            raise InUse
        yield


def lines_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []


def subordinates(path):
    for line in lines_of(path):
        user, first, count = (line.split(":") + ["", ""])[:3]
        if first.isdigit() and count.isdigit():
            yield user, int(first), int(count)


def guests():
    """Configurations of all containers of the cluster, each once, by VMID."""
    paths = glob.glob("/etc/pve/nodes/*/lxc/*.conf") + glob.glob("/etc/pve/lxc/*.conf")
    return sorted({os.path.basename(path)[:-5]: path for path in paths}.items())


def holders(own):
    """Who has ids of the node: further maps of other containers, also those that a snapshot would bring back, users, and what users may map."""
    for vmid, path in guests():
        if vmid == own:
            continue
        lines = lines_of(path)
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("hostname:")), "")
        for line in lines:
            found = LINE.match(line)
            if found:
                yield f"CT {vmid}" + (f" ({name})" if name else ""), int(found[3]), int(found[4])
    for path in FILES.values():
        for user, first, count in subordinates(path):
            # Root's are handed out to containers, which are asked above.
            if user not in ("root", "0"):
                yield f"user {user} ({path})", first, count
    for path, what in (("/etc/passwd", "user"), ("/etc/group", "group")):
        for line in lines_of(path):
            parts = line.split(":")
            if len(parts) > 2 and parts[2].isdigit():
                yield f"{what} {parts[0]} ({path})", int(parts[2]), 1


def allow(runs):
    """Each run within one line of root's, as newuidmap wants it. What is there stays."""
    for kind, option in (("u", "--add-subuids"), ("g", "--add-subgids")):
        for run in runs:
            first, last = run["host"], run["host"] + run["count"] - 1
            if any(user in ("root", "0") and start <= first and last < start + count for user, start, count in subordinates(FILES[kind])):
                continue
            done = subprocess.run(["/usr/sbin/usermod", option, f"{first}-{last}", "root"], capture_output=True, text=True)
            if done.returncode != 0:
                raise OSError(f"usermod {option} {first}-{last} root ended with {done.returncode}: {done.stderr.strip()}")


def active(lines):
    """How many lines stand before the sections of pending changes and snapshots."""
    return next((index for index, line in enumerate(lines) if line.startswith("[")), len(lines))


def configure(vmid, values, expected):
    """Puts the map into the configuration; says why not."""
    path = f"/etc/pve/lxc/{vmid}.conf"
    with locked(f"/run/lock/lxc/pve-config-{vmid}.lock"):
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().split("\n")
        end = active(lines)
        head = lines[:end]
        lock = next((line.split(":", 1)[1].strip() for line in head if line.startswith("lock:")), None)
        if lock is not None:
            return {"lock": lock}
        if [" ".join(found.groups()) for found in map(LINE.match, head) if found] != expected:
            return {"changed": True}
        kept = [line for line in head if not LINE.match(line)]
        blank = len(kept)
        while blank > 0 and kept[blank - 1] == "":
            blank -= 1
        text = "\n".join(kept[:blank] + [f"lxc.idmap: {value}" for value in values] + (kept[blank:] or [""]) + lines[end:])
        new = f"{path}.tmp.{os.getpid()}"
        try:
            with open(new, "w", encoding="utf-8", errors="surrogateescape", opener=private) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.rename(new, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(new)
            raise
    return {}


def private(path, flags):
    return os.open(path, flags, 0o640)


def main():
    asked = json.load(sys.stdin)
    own = str(asked["vmid"]) if asked.get("vmid") else None
    with locked("/run/lock/pvesmb-id-map.lock"):
        further = asked["runs"][-1]
        end = further["host"] + further["count"]
        held = [{"who": who, "first": first, "count": count} for who, first, count in holders(own)]
        answer = {"held": [each for each in held if each["first"] + each["count"] > asked["from"]]}
        free = not any(each["first"] < end and further["host"] < each["first"] + each["count"] for each in held)
        if asked["values"] and free:
            allow(asked["runs"])
            try:
                answer.update(configure(own, asked["values"], asked["expected"]))
            except InUse:
                answer["lock"] = "somebody changes its configuration"
    print(json.dumps(answer))


main()

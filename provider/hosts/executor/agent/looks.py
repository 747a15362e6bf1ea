"""Gather: looks at a host, changes nothing."""
import contextlib
import glob
import os
import stat
import time

import acl
from clock import Failed, since
from commands import MIB, run

# A gateway of 512 MiB has to hold it, in the form of JSON too. As much as files.py keeps of a file for a rollback.
LARGEST = 16 * MIB
KINDS = {stat.S_IFDIR: "directory", stat.S_IFREG: "file", stat.S_IFLNK: "symlink"}


def found(patterns):
    """A pattern that is the name of something stands for that."""
    return sorted({path for pattern in patterns or [] for path in ([pattern] if os.path.lexists(pattern) else glob.glob(pattern))})


def each(function, paths):
    """path -> what the function says of it; what has vanished meanwhile is left out."""
    result = {}
    for path in paths:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            result[path] = function(path)
    return result


def text(path):
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # what was a file a moment ago can be a FIFO
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Failed(f"{path}: over {LARGEST // MIB} MiB, which is more than a look takes")
    return data.decode("utf-8", "replace")


def facts(path):
    info = os.lstat(path)
    mode, result = stat.S_IMODE(info.st_mode), {}
    if not stat.S_ISLNK(info.st_mode) and acl.has_acls(path):
        lists = {which: acl.unpack(raw) for which, raw in {"access": None, "default": None, **acl.raw_acls(path)}.items()}
        mode = acl.own_mode(mode, lists["access"])
        result = {"acl": {which: acl.spoken(entries) for which, entries in lists.items()}}
    owner, group = acl.name_of("user", info.st_uid), acl.name_of("group", info.st_gid)
    result.update(uid=info.st_uid, gid=info.st_gid, owner=owner, group=group, mode=f"{mode:04o}", size=info.st_size)
    return {"type": KINDS.get(stat.S_IFMT(info.st_mode), "other"), **result}


def space(path):
    info = os.statvfs(path)
    unit = info.f_frsize
    return {"total": info.f_blocks * unit, "used": (info.f_blocks - info.f_bfree) * unit, "available": info.f_bavail * unit, "files": info.f_files - info.f_ffree}


def gather(spec, clock):
    began, commands = time.monotonic(), {}
    for command in spec.get("commands") or []:
        code, out, err = run(command["argv"], clock, command.get("stdin", ""), None, command.get("timeout", 60), LARGEST)
        commands[command["name"]] = {"code": code, "stdout": out, "stderr": err}
    files = each(text, [path for path in found(spec.get("files")) if os.path.isfile(path)])
    looks = {"stat": each(facts, found(spec.get("stat"))), "statvfs": each(space, found(spec.get("statvfs")))}
    return {"files": files, **looks, "commands": commands, "ms": since(began)}

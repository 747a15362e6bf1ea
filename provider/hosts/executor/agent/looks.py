"""Gather: reads the state of a host, changes nothing."""
import contextlib
import errno
import fnmatch
import glob
import os
import stat
import time

import acl
from btrfs import groups_of, id_of, uuid_of
from clock import Failed, since
from commands import MIB, Absent, run
from files import FOLDER, parts
from projects import project_of

# A gateway with 512 MiB must hold it, also as JSON. The same limit as for rollbacks in files.py.
LARGEST = 16 * MIB
ABSENT = 126  # exit code if the working directory is missing
KINDS = {stat.S_IFDIR: "directory", stat.S_IFREG: "file", stat.S_IFLNK: "symlink"}


GONE = (FileNotFoundError, NotADirectoryError)


def matching(folder, pattern):
    """A pattern that is itself an existing name matches only that."""
    with contextlib.suppress(FileNotFoundError):
        os.stat(pattern, dir_fd=folder, follow_symlinks=False)
        return [pattern]
    if not glob.has_magic(pattern):
        return []
    return sorted(name for name in os.listdir(folder) if not name.startswith(".") and fnmatch.fnmatchcase(name, pattern))


def visit(pattern, function):
    """-> path -> function(open parent directory, name, path). Links in the path are not followed, since others may have planted them."""
    result = {}

    def enter(folder, way, left):
        for name in matching(folder, left[0]) if left else ["."]:
            path = f"{way}/{name}" if left else "/"
            with contextlib.suppress(*GONE):
                if len(left) < 2:
                    said = function(folder, name, path)
                    if said is not None:
                        result[path] = said
                    continue
                try:
                    inner = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=folder)
                except OSError as error:
                    if error.errno != errno.ELOOP:
                        raise
                    continue
                try:
                    enter(inner, path, left[1:])
                finally:
                    os.close(inner)

    root = os.open("/", FOLDER)
    try:
        enter(root, "", parts(pattern))
    finally:
        os.close(root)
    return result


def each(function, patterns):
    """Paths that vanish in between are left out."""
    return dict(sorted(item for pattern in patterns or [] for item in visit(pattern, function).items()))


def text(folder, name, path):
    """The text of a regular file; checked again after opening, since it may have been replaced by a FIFO."""
    if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        return None
    try:
        leaf = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENXIO):
            raise
        return None
    with open(leaf, "rb") as file:
        if not stat.S_ISREG(os.fstat(leaf).st_mode):
            return None
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Failed(f"{path}: is larger than {LARGEST // MIB} MiB, which is the limit")
    return data.decode("utf-8", "replace")


@contextlib.contextmanager
def pinned(folder, name):
    """A path to exactly this file, of any type and without opening it, even if it is replaced later."""
    fd = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=folder)
    try:
        yield fd, f"/proc/self/fd/{fd}"
    finally:
        os.close(fd)


def facts(folder, name, _):
    with pinned(folder, name) as (fd, place):
        return facts_of(os.fstat(fd), place)


def facts_of(info, place):
    mode, result = stat.S_IMODE(info.st_mode), {}
    if not stat.S_ISLNK(info.st_mode) and acl.has_acls(place):
        lists = {which: acl.unpack(raw) for which, raw in {"access": None, "default": None, **acl.raw_acls(place)}.items()}
        mode = acl.own_mode(mode, lists["access"])
        result = {"acl": {which: acl.spoken(entries) for which, entries in lists.items()}}
    owner, group = acl.name_of("user", info.st_uid), acl.name_of("group", info.st_gid)
    result.update(uid=info.st_uid, gid=info.st_gid, owner=owner, group=group, mode=f"{mode:04o}", size=info.st_size)
    return {"type": KINDS.get(stat.S_IFMT(info.st_mode), "other"), **result}


def space(folder, name, _):
    with pinned(folder, name) as (fd, place):
        if stat.S_ISLNK(os.fstat(fd).st_mode):
            return None
        info = os.statvfs(place)
    unit = info.f_frsize
    return {"total": info.f_blocks * unit, "used": (info.f_blocks - info.f_bfree) * unit, "available": info.f_bavail * unit, "files": info.f_files - info.f_ffree}


def of_directory(function):
    """Calls the function with an open directory, reached without links; command-line tools open a path and would follow a planted link."""

    def look(folder, name, _):
        try:
            fd = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=folder)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            return None
        try:
            return function(fd)
        finally:
            os.close(fd)

    return look


def btrfs_of(fd):
    name = uuid_of(fd)
    groups = None if name is None else groups_of(fd)
    return None if name is None else {"uuid": name, **({} if groups is None else {"groups": groups})}


OF_DIRECTORIES = {"projects": of_directory(project_of), "subvolumes": of_directory(id_of), "btrfs": of_directory(btrfs_of)}


def gather(spec, clock):
    began, commands = time.monotonic(), {}
    for command in spec.get("commands") or []:
        try:
            code, out, err = run(command["argv"], clock, command.get("stdin", ""), None, command.get("timeout", 60), LARGEST, command.get("in"))
        except Absent as error:
            code, out, err = ABSENT, "", str(error)
        commands[command["name"]] = {"code": code, "stdout": out, "stderr": err}
    looks = {kind: each(function, spec.get(kind)) for kind, function in {"files": text, "stat": facts, "statvfs": space, **OF_DIRECTORIES}.items()}
    return {**looks, "commands": commands, "ms": since(began)}

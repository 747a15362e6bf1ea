"""Subvolumes of btrfs, made, told and taken away by open directories (ioctls of linux/btrfs.h): no path of a guest's means anything here."""
import contextlib
import fcntl
import os
import stat
import struct

from clock import Failed
from files import above, entered, wear, worn

TOP = 256  # inode of a subvolume's own directory
CREATE, DESTROY, LOOKUP = 0x5000940E, 0x5000940F, 0xD0009412


def named(folder, ioctl, name):
    fcntl.ioctl(folder, ioctl, bytearray(struct.pack("<q4088s", 0, os.fsencode(name))))


def id_of(fd):
    """Of the subvolume that an open directory is the top of; None for any other directory."""
    info = os.fstat(fd)
    if not stat.S_ISDIR(info.st_mode) or info.st_ino != TOP:
        return None
    answer = bytearray(struct.pack("<QQ4080x", 0, TOP))
    try:
        fcntl.ioctl(fd, LOOKUP, answer)
    except OSError:  # another file system
        return None
    return struct.unpack_from("<Q", answer)[0]


def do_subvolume(scope, step):
    """The value is the id. An empty directory is replaced, its owner, mode, ACL and attributes kept; what is absent is made `owner`'s alone."""
    path = step["path"]
    with above(path) as (folder, name):
        was = None
        with entered(folder, name, path) as fd:
            if fd is not None:
                known = id_of(fd)
                if known is not None:
                    return {"changed": False, "value": known}
                if "owner" not in step:
                    raise Failed(f"{path}: is no longer a subvolume")
                if os.listdir(fd):
                    raise Failed(f"{path}: is no longer empty; run again")
                was = worn(fd)
        if was is None and "owner" not in step:
            raise Failed(f"{path}: there is no such subvolume")
        undo = {"kind": "subvolume", "path": path, "was": was}
        scope.journal.note(undo, scope.key)
        scope.undo.append(undo)
        if was is not None:
            os.rmdir(name, dir_fd=folder)  # refused by the kernel if a file has come meanwhile
        named(folder, CREATE, name)
        with entered(folder, name, path) as fd:
            made = None if fd is None else id_of(fd)
            if made is None or os.listdir(fd):
                raise Failed(f"{path}: something else was put in its place while it was created; run again")
            owner = int(step["owner"])
            wear(fd, was or {"mode": 0o700, "uid": owner, "gid": owner, "attributes": {}})
        os.fsync(folder)
        return {"changed": True, "value": made}


def take_back(entry):
    """The empty directory is there again. A subvolume that holds files by now stays: they are somebody's."""
    path, was = entry["path"], entry["was"]
    with above(path) as (folder, name):
        with entered(folder, name, path) as fd:
            if fd is not None and (id_of(fd) is None or os.listdir(fd)):
                return
            there = fd is not None
        if there:
            named(folder, DESTROY, name)
        if was is not None:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=folder)
            with entered(folder, name, path) as fd:
                wear(fd, was)
        os.fsync(folder)

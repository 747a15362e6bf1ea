"""
btrfs subvolumes, created, identified and deleted by file descriptor (ioctls of linux/btrfs.h), because a guest can plant links in its paths.
btrfs-progs are not used: a directory name with line breaks can forge their output.
"""
import contextlib
import errno
import fcntl
import os
import stat
import struct
import uuid

from clock import Failed
from files import above, entered, wear, worn

TOP = 256  # inode of a subvolume's root directory
CREATE, DESTROY, LOOKUP = 0x5000940E, 0x5000940F, 0xD0009412
SEARCH, ABOUT = 0xD0009411, 0x8400941F
QUOTAS, USED, LIMITED = 8, 242, 244  # the quota tree and its item types (linux/btrfs_tree.h)
FULL = 2**64 - 1


def named(folder, ioctl, name):
    fcntl.ioctl(folder, ioctl, bytearray(struct.pack("<q4088s", 0, os.fsencode(name))))


def id_of(fd):
    """The id of the subvolume whose root is this open directory; None for any other directory."""
    info = os.fstat(fd)
    if not stat.S_ISDIR(info.st_mode) or info.st_ino != TOP:
        return None
    answer = bytearray(struct.pack("<QQ4080x", 0, TOP))
    try:
        fcntl.ioctl(fd, LOOKUP, answer)
    except OSError:  # another file system
        return None
    return struct.unpack_from("<Q", answer)[0]


def uuid_of(fd):
    """The UUID of the btrfs that holds an open directory; None for other file systems."""
    answer = bytearray(1024)
    try:
        fcntl.ioctl(fd, ABOUT, answer)
    except OSError as error:
        if error.errno not in (errno.ENOTTY, errno.EOPNOTSUPP):
            raise
        return None
    return str(uuid.UUID(bytes=bytes(answer[16:32])))


def groups_of(fd):
    """Subvolume id -> referenced bytes and their limit, for the whole file system; None if quotas are off."""
    groups = {}
    at = (0, USED, 0)
    while True:
        answer = bytearray(struct.pack("<7Q4I4Q", QUOTAS, at[0], 0, at[2], FULL, 0, FULL, at[1], LIMITED, 4096, 0, 0, 0, 0, 0).ljust(4096, b"\0"))
        try:
            fcntl.ioctl(fd, SEARCH, answer)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
            return None
        (count,) = struct.unpack_from("<I", answer, 64)
        if count == 0:
            return groups
        place = 104
        for _ in range(count):
            _, number, group, kind, size = struct.unpack_from("<QQQII", answer, place)
            place += 32
            at = (number, kind, group)
            if group >> 48 == 0:  # level 0: the qgroup of one subvolume
                entry = groups.setdefault(str(group), {"used": 0})
                first, second = struct.unpack_from("<QQ", answer, place)
                if kind == USED:
                    entry["used"] = second
                elif kind == LIMITED and first & 1:
                    entry["limit"] = second
            place += size
        at = (at[0], at[1], at[2] + 1) if at[2] < FULL else (at[0], at[1] + 1, 0)


def do_subvolume(scope, step):
    """The value is the id. Replaces an empty directory and keeps owner, mode, ACL and attributes; an absent one is created for `owner` alone."""
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
            os.rmdir(name, dir_fd=folder)  # the kernel refuses if a file was added since
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
    """Restores the empty directory. A subvolume that holds files by now stays, to keep them."""
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

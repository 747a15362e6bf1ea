"""
Files: atomic writes, and saving and restoring a path. Anyone with write access to a parent directory (a guest's root on its node, an SMB
user on the gateway) can plant a link or a FIFO there at any moment. So every directory is opened component by component without
following links, all work is relative to it, and a file is opened without blocking and checked after opening.
"""
import base64
import contextlib
import errno
import json
import os
import re
import resource
import stat
import sys

from acl import raw_acls, set_raw_acls
from clock import Failed, Planted

TEMP = ".pvesmb-new-"
LARGEST = 16 << 20
FOLDER = os.O_RDONLY | os.O_DIRECTORY
dirty = set()  # directories to sync before a batch is committed
in_use = [""]  # name of the journal


def parts(path):
    if not path.startswith("/") or ".." in path.split("/"):
        raise Failed(f"{path}: not an absolute path without ..")
    return [part for part in path.split("/") if part not in ("", ".")]


def open_dir(path, make=False):
    """Opens a directory component by component, without following symlinks; None if absent. `make`: creates missing ones, root-owned 0755."""
    fd = os.open("/", FOLDER)
    for name in parts(path):
        above = fd
        try:
            new = False
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, 0o755, dir_fd=above)
                    new = True
            fd = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=above)
            if new:  # group and ACL may be inherited from the parent
                os.fchown(fd, 0, 0)
                set_raw_acls(fd, {})
                os.fchmod(fd, 0o755)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            raise Planted(f"{path}: {name} in it is a symlink or a file, not a directory") from None
        finally:
            os.close(above)
    return fd


@contextlib.contextmanager
def above(path):
    """The open parent directory of a path, and the path's last component. Raises FileNotFoundError if the directory is absent."""
    *folders, name = parts(path)
    fd = open_dir("/" + "/".join(folders))
    if fd is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.path.dirname(path))
    try:
        yield fd, name
    finally:
        os.close(fd)


@contextlib.contextmanager
def entered(folder, name, path):
    """Opens a subdirectory of an open directory; None if absent. Anything else under that name is a failure that names the path."""
    try:
        fd = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        if error.errno not in (errno.ENOTDIR, errno.ELOOP):
            raise
        raise Planted(f"{path}: a symlink or a file is in the place of a directory") from None
    try:
        yield fd
    finally:
        os.close(fd)


def worn(fd):
    """Owner, mode, ACLs, attributes and times of an open file or directory."""
    info = os.fstat(fd)
    attributes = {name: os.getxattr(fd, name).hex() for name in listed(fd) if name not in UNKEPT}
    stamps = [info.st_atime_ns, info.st_mtime_ns]
    return {"mode": stat.S_IMODE(info.st_mode), "uid": info.st_uid, "gid": info.st_gid, "attributes": attributes, "stamps": stamps}


# The kernel's policy sets these, also on new files.
UNKEPT = {"security.selinux", "security.ima", "security.evm"}


def listed(fd):
    try:
        return os.listxattr(fd)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        return []


def wear(fd, was, stamps=False):
    """Applies what `worn` returned. The owner comes first, because chown clears setuid, setgid and file capabilities."""
    now, wanted = worn(fd), was["attributes"]
    if (now["uid"], now["gid"]) != (was["uid"], was["gid"]):
        os.fchown(fd, was["uid"], was["gid"])
    for name in now["attributes"].keys() - wanted.keys():
        os.removexattr(fd, name)
    for name, value in wanted.items():
        if now["attributes"].get(name) != value:
            os.setxattr(fd, name, bytes.fromhex(value))
    if stat.S_IMODE(os.fstat(fd).st_mode) != was["mode"]:
        os.fchmod(fd, was["mode"])
    if stamps:
        os.utime(fd, ns=tuple(was["stamps"]))


def deep():
    """Raises the limits: each level of a tree takes two descriptors and three calls."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2 * DEEPEST)), hard))
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEPEST))


DEEPEST = 4000


def stat_of(path):
    """lstat of a path. Raises FileNotFoundError if absent."""
    with above(path) as (fd, name):
        return os.stat(name, dir_fd=fd, follow_symlinks=False)


def exists(path):
    if not parts(path):
        return True
    try:
        stat_of(path)
    except FileNotFoundError:
        return False
    return True


def open_file(path):
    """Opens a regular file to read; refuses a link, a FIFO or a device without blocking on it."""
    with above(path) as (fd, name):
        try:
            leaf = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=fd)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.ENXIO):  # ENXIO: a socket
                raise
            raise Planted(f"{path}: a link or a socket is in the place of a file") from None
    if not stat.S_ISREG(os.fstat(leaf).st_mode):
        os.close(leaf)
        raise Planted(f"{path}: not a regular file")
    return open(leaf, "rb")


def remove(path, folder=False):
    with above(path) as (fd, name):
        (os.rmdir if folder else os.unlink)(name, dir_fd=fd)
    dirty.add(os.path.dirname(path))


def rename(old, new):
    with above(old) as (source, name), above(new) as (target, later):
        os.rename(name, later, src_dir_fd=source, dst_dir_fd=target)
    dirty.update((os.path.dirname(old), os.path.dirname(new)))


def put(path, data, mode, uid, gid, acls=None, mtime=None):
    with above(path) as (fd, name):
        put_into(fd, name, data, mode, uid, gid, acls, mtime)
    dirty.add(os.path.dirname(path))


def temp_of(journal):
    """
    Name of a file until it is complete. Other hosts may write to the same directory, so it has the journal's name; after a kill the journal
    tells what to remove. One per directory suffices, since on a host the writer holds the lock.
    """
    return TEMP + journal


def put_into(folder, name, data, mode, uid, gid, acls, mtime):
    temp = temp_of(in_use[0])
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temp, dir_fd=folder)
    try:
        with open(os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder), "wb") as file:
            file.write(data)
            file.flush()
            os.fchown(file.fileno(), uid, gid)
            os.fchmod(file.fileno(), mode)
            if acls:
                set_raw_acls(file.fileno(), acls)
            if mtime:
                os.utime(file.fileno(), ns=(mtime, mtime))
            os.fsync(file.fileno())
        os.rename(temp, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temp, dir_fd=folder)
        raise


def sync_dirs(*more):
    for path in {*dirty, *more}:
        with contextlib.suppress(FileNotFoundError, Failed):  # replaced by something else since
            fd = open_dir(path)
            if fd is not None:
                try:
                    os.fsync(fd)
                finally:
                    os.close(fd)
    dirty.clear()


def look(path):
    """The state of a path, enough to restore it (a directory without its content)."""
    try:
        info = stat_of(path)
    except FileNotFoundError:
        missing = [path]
        while not exists(os.path.dirname(missing[-1])):
            missing.append(os.path.dirname(missing[-1]))
        return {"type": "absent", "missing": missing}
    was = {"mode": stat.S_IMODE(info.st_mode), "uid": info.st_uid, "gid": info.st_gid}
    if stat.S_ISLNK(info.st_mode):
        with above(path) as (fd, name):
            return {**was, "type": "symlink", "to": os.readlink(name, dir_fd=fd)}
    if stat.S_ISDIR(info.st_mode):
        fd = open_dir(path)
        if fd is None:
            raise Failed(f"{path}: disappeared while it was read; run again")
        try:
            return {**was, "type": "directory", "acls": raw_acls(fd)}
        finally:
            os.close(fd)
    if not stat.S_ISREG(info.st_mode) or info.st_size > LARGEST:
        raise Planted(f"{path}: a special file or over 16 MiB, cannot be kept for a rollback")
    with open_file(path) as file:
        data = base64.b64encode(file.read(LARGEST + 1)).decode()
        return {**was, "type": "file", "data": data, "acls": raw_acls(file.fileno()), "mtime": info.st_mtime_ns}


def restore(path, was):
    """Restores a path to what `look` saw. A new directory is removed only if it is empty, to keep files of others in it."""
    if look(path) == was:
        return
    dirty.add(os.path.dirname(path))
    if was["type"] == "directory":
        fd = open_dir(path, make=True)
        os.fchown(fd, was["uid"], was["gid"])
        os.fchmod(fd, was["mode"])
        set_raw_acls(fd, was["acls"])
        os.close(fd)
    elif was["type"] == "file":
        put(path, base64.b64decode(was["data"]), was["mode"], was["uid"], was["gid"], was["acls"], was["mtime"])
    else:
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISDIR(stat_of(path).st_mode):
                with contextlib.suppress(OSError):
                    remove(path, folder=True)
            else:
                remove(path)
        if was["type"] == "symlink":
            with above(path) as (fd, name):
                os.symlink(was["to"], name, dir_fd=fd)
                os.chown(name, was["uid"], was["gid"], dir_fd=fd, follow_symlinks=False)
        for folder in was.get("missing", [])[1:]:
            with contextlib.suppress(OSError):
                remove(folder, folder=True)


def record(path):
    """The JSON object at the start of a file of ours, after `# pvesmb N ` in a config file; None if there is no file."""
    try:
        with open_file(path) as file:
            return record_in(file.read(1 << 20).decode("utf-8", "replace"))
    except FileNotFoundError:
        return None


def record_in(text):
    try:
        found, _ = json.JSONDecoder().raw_decode(re.sub(r"\A# pvesmb \d+ ", "", text))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def belongs(path, fields, value):
    """Whether one of these fields of a file's record has the value; None if there is no file."""
    found = record(path)
    return None if found is None else any(found.get(field) == value for field in fields)


def mounts():
    with open("/proc/self/mountinfo") as file:  # octal escapes: proc(5)
        return {re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), line.split()[4]) for line in file}

"""Files: written whole or not at all, and what brings back what stood at a path."""
import base64
import contextlib
import errno
import os
import re
import stat

from acl import raw_acls, set_raw_acls
from clock import Failed

TEMP = ".pvesmb-new"  # one per directory suffices: whoever writes holds the lock
LARGEST = 16 << 20
FOLDER = os.O_RDONLY | os.O_DIRECTORY
dirty = set()  # directories to sync before a batch stands


def parts(path):
    if not path.startswith("/") or ".." in path.split("/"):
        raise Failed(f"{path}: not an absolute path without ..")
    return [part for part in path.split("/") if part not in ("", ".")]


def open_dir(path, make=False):
    """A directory, opened component by component, following no symlink; None when absent. `make`: what is missing, root-owned 0755."""
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
            if new:  # the directory above may have handed down its group and its ACL
                os.fchown(fd, 0, 0)
                set_raw_acls(fd, {})
                os.fchmod(fd, 0o755)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            raise Failed(f"{path}: {name} in it is a symlink or a file, not a directory") from None
        finally:
            os.close(above)
    return fd


def put(path, data, mode, uid, gid, acls=None, mtime=None):
    temp = os.path.join(os.path.dirname(path), TEMP)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temp)
    try:
        with open(os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fchown(file.fileno(), uid, gid)
            os.fchmod(file.fileno(), mode)
            if acls:
                set_raw_acls(file.fileno(), acls)
            if mtime:
                os.utime(file.fileno(), ns=(mtime, mtime))
            os.fsync(file.fileno())
        os.rename(temp, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temp)
        raise
    dirty.add(os.path.dirname(path))


def sync_dirs(*more):
    for path in {*dirty, *more}:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            fd = os.open(path, FOLDER)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)
    dirty.clear()


def look(path):
    """What stands at a path, enough to bring it back (of a directory: all but what is in it)."""
    try:
        info = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        missing = [path]
        while not os.path.lexists(os.path.dirname(missing[-1])):
            missing.append(os.path.dirname(missing[-1]))
        return {"type": "absent", "missing": missing}
    was = {"mode": stat.S_IMODE(info.st_mode), "uid": info.st_uid, "gid": info.st_gid}
    if stat.S_ISLNK(info.st_mode):
        return {**was, "type": "symlink", "to": os.readlink(path)}
    if stat.S_ISDIR(info.st_mode):
        return {**was, "type": "directory", "acls": raw_acls(path)}
    if not stat.S_ISREG(info.st_mode) or info.st_size > LARGEST:
        raise Failed(f"{path}: a special file or over 16 MiB, cannot be kept for a rollback")
    with open(path, "rb") as file:
        data = base64.b64encode(file.read()).decode()
    return {**was, "type": "file", "data": data, "acls": raw_acls(path), "mtime": info.st_mtime_ns}


def restore(path, was):
    """Brings a path back to what `look` saw. A directory that was not there goes only if it is empty: other files in it are somebody's."""
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
        if os.path.isdir(path) and not os.path.islink(path):
            with contextlib.suppress(OSError):
                os.rmdir(path)
        else:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        if was["type"] == "symlink":
            os.symlink(was["to"], path)
            os.lchown(path, was["uid"], was["gid"])
        for folder in was.get("missing", [])[1:]:
            with contextlib.suppress(OSError):
                os.rmdir(folder)


def contains(path, text):
    """None when there is no such file."""
    try:
        with open(path, "rb") as file:
            return text.encode() in file.read(1 << 20)
    except (FileNotFoundError, NotADirectoryError):
        return None


def mounts():
    with open("/proc/self/mountinfo") as file:  # octal escapes: proc(5)
        return {re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), line.split()[4]) for line in file}

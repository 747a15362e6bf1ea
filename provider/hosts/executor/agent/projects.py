"""Project ids of XFS and ext4, set file by file on a tree, by file descriptor (FS_IOC_FSSETXATTR, linux/fs.h)."""
import contextlib
import errno
import fcntl
import os
import stat
import struct

from clock import Brief, Failed, Stop
from files import deep, open_dir

GET, SET = 0x801C581F, 0x401C5820
INHERIT = 0x200  # new files in the directory get its project; only for directories, ext4 refuses it for files


TOO_MANY = errno.EMFILE, errno.ENFILE  # open files


def project_of(fd):
    """The project id that new files in an open directory inherit, or None."""
    try:
        flags, _, _, number = struct.unpack_from("<IIII", fcntl.ioctl(fd, GET, bytes(28)))
    except OSError as error:
        if error.errno not in (errno.ENOTTY, errno.EOPNOTSUPP):
            raise
        return None
    return number if flags & INHERIT and number else None


def marked(fd, number, inherit):
    """Sets project id and inherit flag. -> whether they were different."""
    flags, extent, count, project, copied, rest = struct.unpack("<IIIII8s", fcntl.ioctl(fd, GET, bytes(28)))
    wanted = flags | INHERIT if inherit else flags & ~INHERIT
    if (flags, project) == (wanted, number):
        return False
    fcntl.ioctl(fd, SET, struct.pack("<IIIII8s", wanted, extent, 0, number, copied, rest))
    return True


def mark(folder, device, number, inherit, clock):
    """Marks an open directory and everything below it on one file system; links, FIFOs and devices use no blocks that count."""
    changed = marked(folder, number, inherit)
    for name in os.listdir(folder):
        clock.check()
        with contextlib.suppress(FileNotFoundError):
            info = os.stat(name, dir_fd=folder, follow_symlinks=False)
            folders = stat.S_ISDIR(info.st_mode)
            if info.st_dev != device or not (folders or stat.S_ISREG(info.st_mode)):
                continue
            try:
                fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | (os.O_DIRECTORY if folders else 0), dir_fd=folder)
            except OSError as error:
                if error.errno in (errno.ENOENT, *TOO_MANY):
                    raise
                if error.errno not in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
                    raise Failed(f"{name}: {error.strerror}") from None
                raise Failed(f"{name}: something else was put in its place while it was marked") from None
            try:
                now = os.fstat(fd)
                if (now.st_dev, now.st_ino) != (info.st_dev, info.st_ino):
                    raise Failed(f"{name}: something else was put in its place while it was marked")
                changed = (mark(fd, device, number, inherit, clock) if folders else marked(fd, number, False)) or changed
            finally:
                os.close(fd)
    return changed


def mark_tree(path, number, inherit, clock):
    fd = open_dir(path)
    if fd is None:
        raise FileNotFoundError(2, "no such directory", path)
    deep()
    try:
        return mark(fd, os.fstat(fd).st_dev, number, inherit, clock)
    except (RecursionError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in TOO_MANY:
            raise
        raise Failed(f"{path}: nested too deeply to be marked") from None
    finally:
        os.close(fd)


def do_project(scope, step):
    path, number = step["path"], step["project"]
    if number:
        # A marked top directory means that its tree is complete, so it is undone if its content cannot be marked.
        undo = {"kind": "project", "path": path}
        scope.journal.note(undo, scope.key)
        scope.undo.append(undo)
    try:
        return {"changed": mark_tree(path, number, number != 0, scope.clock)}
    except FileNotFoundError:
        if number:
            raise Failed(f"{path}: there is no such directory") from None
        return {"changed": False}


UNMARKING = 60  # seconds


def take_back(entry):
    """
    Unmarks the top directory first, since its mark means a complete tree. The rest is best effort: users with write access can make the tree
    endless or too deep, and other changes on this host must not wait for it. Files that keep their id get it again with the next limit.
    """
    fd = open_dir(entry["path"])
    if fd is None:
        return
    try:
        marked(fd, 0, False)
    finally:
        os.close(fd)
    with contextlib.suppress(Failed, Stop, OSError):
        mark_tree(entry["path"], 0, False, Brief(UNMARKING))

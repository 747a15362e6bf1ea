"""
Copies a directory's content into another one, file by file and by file descriptor, with owner, mode, times, ACLs, attributes and hard links.
An interrupted copy resumes: a file appears under its name only when complete. Only root can enter the target until the copy is complete.
"""
import contextlib
import ctypes
import errno
import fcntl
import os
import stat

from clock import Failed
from file_steps import move
from files import deep, entered, open_dir, wear, worn

CLONE = 0x40049409  # FICLONE, linux/fs.h
TEMP = ".pvesmb-copying"
OVERFLOW = 65534  # shown for an id that is not mapped into the user namespace (user_namespaces(7))
PASSES = 5
LIBC = ctypes.CDLL(None)


class Carrier:
    def __init__(self, top, device, clock):
        self.top, self.device, self.clock, self.links, self.copied = top, device, clock, {}, 0

    def folder(self, source, target, way):
        names = os.listdir(source)
        if TEMP in names:
            raise Failed(f"{way}{TEMP}: pvesmb needs this name; rename the file")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(TEMP, dir_fd=target)
        for name in names:
            self.clock.check()
            with contextlib.suppress(FileNotFoundError):  # deleted since
                self.entry(source, target, name, way + name)

    def entry(self, source, target, name, path):
        info = os.stat(name, dir_fd=source, follow_symlinks=False)
        if info.st_dev != self.device:
            raise Failed(f"{path}: is another mount or subvolume, which cannot be copied; move it out of the directory")
        if OVERFLOW in (info.st_uid, info.st_gid):
            known(source, name, path)
        if stat.S_ISDIR(info.st_mode):
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=target)
            with entered(source, name, path) as inner, entered(target, name, path) as new:
                if inner is not None and new is not None:
                    self.folder(inner, new, path + "/")
                    wear(new, worn(inner), stamps=True)
            return
        there = standing(target, name)
        if there is not None and stat.S_IFMT(there.st_mode) != stat.S_IFMT(info.st_mode):
            raise Failed(f"{path}: exists in both directories with different types; remove one of them")
        first = self.links.get(info.st_ino) if info.st_nlink > 1 else None
        if first is not None:
            if there is None:
                os.link(first, name, src_dir_fd=self.top, dst_dir_fd=target, follow_symlinks=False)
                self.copied += 1
            return
        if stat.S_ISREG(info.st_mode):
            self.file(source, target, name, path, there)
        elif there is None:
            if stat.S_ISLNK(info.st_mode):
                os.symlink(os.readlink(name, dir_fd=source), name, dir_fd=target)
            else:
                try:
                    os.mknod(name, info.st_mode, info.st_rdev, dir_fd=target)
                except PermissionError:
                    raise Failed(f"{path}: is a device file, which a container cannot create; remove it") from None
                os.chmod(name, stat.S_IMODE(info.st_mode), dir_fd=target)
            os.chown(name, info.st_uid, info.st_gid, dir_fd=target, follow_symlinks=False)
            os.utime(name, ns=(info.st_atime_ns, info.st_mtime_ns), dir_fd=target, follow_symlinks=False)
            self.copied += 1
        if info.st_nlink > 1:
            self.links[info.st_ino] = path

    def file(self, source, target, name, path, there):
        leaf = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=source)
        try:
            info = os.fstat(leaf)
            if not stat.S_ISREG(info.st_mode):
                raise Failed(f"{path}: something else was put in its place while it was copied; run again")
            if there is not None and there.st_mtime_ns > info.st_mtime_ns:
                return  # the target's copy was changed since
            if there is not None and (there.st_size, there.st_mtime_ns) == (info.st_size, info.st_mtime_ns):
                new = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=target)
                try:
                    wear(new, worn(leaf), stamps=True)
                finally:
                    os.close(new)
                return
            new = os.open(TEMP, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=target)
            try:
                fill(leaf, new, info.st_size, self.clock)
                wear(new, worn(leaf), stamps=True)
                os.rename(TEMP, name, src_dir_fd=target, dst_dir_fd=target)
            finally:
                os.close(new)
            self.copied += 1
        finally:
            os.close(leaf)


def standing(folder, name):
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def known(folder, name, path):
    """An unmapped owner looks like nobody. Chown to nobody tells them apart: root may do it only if the file really is nobody's."""
    info = os.stat(name, dir_fd=folder, follow_symlinks=False)
    try:
        os.chown(name, info.st_uid, info.st_gid, dir_fd=folder, follow_symlinks=False)
    except PermissionError:
        raise Failed(f"{path}: belongs to an id that does not exist on the gateway; change its owner on the node to a user of the gateway") from None


def fill(leaf, new, size, clock):
    """Shares blocks if the file system supports it, otherwise copies; holes stay holes."""
    try:
        fcntl.ioctl(new, CLONE, leaf)
        return
    except OSError:
        pass
    at = 0
    while at < size:
        try:
            at = os.lseek(leaf, at, os.SEEK_DATA)
            end = os.lseek(leaf, at, os.SEEK_HOLE)
        except OSError as error:
            if error.errno != errno.ENXIO:  # no data after this offset
                raise
            break
        while at < end:
            clock.check()
            data = os.pread(leaf, min(end - at, 1 << 20), at)
            if not data:
                break
            rest = memoryview(data)
            while rest:
                done = os.pwrite(new, rest, at)
                rest, at = rest[done:], at + done
    os.ftruncate(new, size)


def do_carry(scope, step):
    """`from` absent: unchanged. `to` absent: a rename. A copy is not undone, since `from` keeps its content."""
    old, new = step["from"], step["to"]
    source = open_dir(old)
    if source is None:
        return {"changed": False}
    target = open_dir(new)
    try:
        if target is None:
            move(scope, old, new)
            return {"changed": True}
        deep()
        wear(target, {"mode": 0o700, "uid": 0, "gid": 0, "attributes": {}})
        for _ in range(PASSES):
            carrier = Carrier(target, os.fstat(source).st_dev, scope.clock)
            try:
                carrier.folder(source, target, "")
            except RecursionError:
                raise Failed(f"{old}: is nested too deeply to copy") from None
            if carrier.copied == 0:
                break
        else:
            raise Failed(f"{old}: files in it are being written; stop the writer and run again")
        LIBC.syncfs(target)
        wear(target, worn(source), stamps=True)
        os.fsync(target)
        return {"changed": True}
    finally:
        for fd in (source, target):
            if fd is not None:
                os.close(fd)

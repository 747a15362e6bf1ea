"""Whether a directory is the same on all gateways, with locks that hold between them.

Started on all of them at once, with {"directory", "lock", "nonce", "me", "count"} on stdin. They meet in the directory itself: each renames a
file into it and waits for those of the others; the first locks a file beside the cluster's lock, and the others try. Prints {"faults", ...}.

Root of another gateway, and users with write access, can plant a link or a FIFO there at any moment. So directories are opened component by
component without following links, all work is relative to them, and files are opened without blocking and checked after opening.
"""
import contextlib
import errno
import fcntl
import json
import os
import stat
import sys
import time

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
LEAF = os.O_NOFOLLOW | os.O_NONBLOCK
LONGEST = 20  # characters of a gateway's number

given = json.load(sys.stdin)
directory, lock, me, count = given["directory"], given["lock"], given["me"], given["count"]
prefix = ".pvesmb-check-" + given["nonce"]
faults = []
answer = {"faults": faults}
end = time.monotonic() + given.get("wait", 20)


class Planted(OSError):
    pass


def open_dir(path, make_below=None):
    """Opens a directory; None if absent. `make_below`: makes what is missing below that directory."""
    fd, at = os.open("/", FOLDER), ""
    for name in filter(None, path.split("/")):
        above, at = fd, at + "/" + name
        try:
            if make_below is not None and at.startswith(make_below + "/"):
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=above)
            fd = os.open(name, FOLDER, dir_fd=above)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            raise Planted(error.errno, "a link or a file is in the place of a directory", at) from None
        finally:
            os.close(above)
    return fd


def open_leaf(name, flags, folder, mode=0o600):
    """Opens a regular file and nothing else."""
    fd = os.open(name, flags | LEAF, mode, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise Planted(errno.EINVAL, "not a regular file", name)
    return fd


def place(word, number):
    return "%s-%s-%d" % (prefix, word, number)


def put(word):
    name = place(word, me)
    with open(open_leaf(name + ".new", os.O_WRONLY | os.O_CREAT | os.O_EXCL, here), "w") as file:
        file.write(str(me))
        file.flush()
        os.fsync(file.fileno())
    os.rename(name + ".new", name, src_dir_fd=here, dst_dir_fd=here)


def says(word, number):
    try:
        fd = open_leaf(place(word, number), os.O_RDONLY, here)
    except OSError:
        return False
    try:
        return os.read(fd, LONGEST) == str(number).encode()
    finally:
        os.close(fd)


def missing(word, numbers):
    left = list(numbers)
    while left and time.monotonic() < end:
        left = [number for number in left if not says(word, number)]
        if left:
            time.sleep(0.05)
    return left


def forget(name, folder):
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=folder)


def tidy(ending=""):
    for name in os.listdir(here):
        if name.startswith(prefix) and name.endswith(ending):
            forget(name, here)


def locked(name, folder):
    """None: refused; otherwise the open file, which has the lock."""
    fd = open_leaf(name, os.O_WRONLY | os.O_CREAT, folder)
    try:
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return fd
    except OSError as error:
        os.close(fd)
        if error.errno in (errno.EACCES, errno.EAGAIN):
            return None
        raise


def examine():
    put("here")
    unseen = missing("here", range(count))
    if unseen:
        answer["unseen"] = unseen
        return
    found = os.stat(place("here", 0), dir_fd=here, follow_symlinks=False)
    answer["file"] = [found.st_dev, found.st_ino]
    folder = open_dir(os.path.dirname(lock), make_below=directory)
    if folder is None:
        faults.append(["lock", "there is no directory " + os.path.dirname(lock)])
        put("ready" if me == 0 else "tried")
        return
    probe = os.path.basename(lock) + ".pvesmb-check"
    try:
        if me == 0:
            held = locked(probe, folder)
            if held is None:
                faults.append(["lock", "somebody else has locked %s.pvesmb-check" % lock])
            put("ready")
            missing("tried", range(1, count))
            forget(probe, folder)
        else:
            if missing("ready", [0]):
                faults.append(["lock", "the first gateway did not lock %s.pvesmb-check" % lock])
                return
            if locked(probe, folder) is not None:
                faults.append(["lock", "the first gateway's lock does not hold here"])
                forget(probe, folder)
            put("tried")
    finally:
        os.close(folder)


here = None
try:
    here = open_dir(directory)
    if here is None:
        faults.append(["directory", "is not a directory"])
    else:
        examine()
except OSError as error:
    faults.append(["directory", str(error)])
# A file that goes while another gateway still looks for it would count as not shared. So the first one waits for all, and takes them away.
if here is not None:
    with contextlib.suppress(OSError):
        if "unseen" in answer:
            tidy("-%d" % me)
        else:
            put("done")
            if me == 0:
                missing("done", range(count))
                tidy()
print(json.dumps(answer))

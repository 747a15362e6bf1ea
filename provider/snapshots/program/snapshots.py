"""Takes and prunes snapshots of shares by schedule on a node of Proxmox VE. Written by pvesmb; needs only the standard library.

A container's root can plant links below a share's directory. So links are never followed, and btrfs gets file descriptors instead of paths.
"""
import calendar
import contextlib
import fcntl
import json
import os
import re
import subprocess
import sys
import time

ENTRIES = "/etc/pvesmb/snapshots.d"
STAMP = "%Y.%m.%d-%H.%M.%S"
HOUR = 3600
PERIODS = {"hourly": "%Y-%m-%d %H", "daily": "%Y-%m-%d", "weekly": "%G-%V", "monthly": "%Y-%m"}
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
SUBVOLUME = 256  # inode of a subvolume's root directory (btrfs-subvolume(8))


class Refused(Exception):
    pass


def run(argv, fds=()):
    done = subprocess.run(argv, pass_fds=fds, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    if done.returncode != 0:
        raise Refused(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def open_dir(path):
    """Opens a directory component by component; None if absent."""
    fd = os.open("/", FOLDER)
    for name in filter(None, path.split("/")):
        above = fd
        try:
            fd = os.open(name, FOLDER, dir_fd=above)
        except FileNotFoundError:
            return None
        except OSError:
            raise Refused(f"{path}: {name} in it is a link or a file, not a directory") from None
        finally:
            os.close(above)
    return fd


@contextlib.contextmanager
def opened(fd):
    try:
        yield fd
    finally:
        if fd is not None:
            os.close(fd)


def within(path, top):
    return path == top or path.startswith(top.rstrip("/") + "/")


def mount_of(path):
    """Mount point, type and source of the mount that holds a path; the last of several mounts at one place is on top."""
    plain = lambda text: re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
    best = ("", "", "")
    with open("/proc/self/mountinfo") as file:
        for line in file:
            before, after = line.split(" - ", 1)
            target = plain(before.split(" ")[4])
            kind, source = after.split(" ")[:2]
            if within(path, target) and len(target) >= len(best[0]):
                best = (target, kind, plain(source))
    return best


class Dataset:
    folder = ".zfs/snapshot"

    def __init__(self, root, name):
        self.root, self.name = root, name

    def names(self):
        rows = run(["zfs", "list", "-H", "-d", "1", "-t", "snapshot", "-o", "name", self.name]).splitlines()
        return [row.split("@", 1)[1] for row in rows]

    def take(self, name):
        run(["zfs", "snapshot", f"{self.name}@{name}"])

    def drop(self, name):
        run(["zfs", "destroy", f"{self.name}@{name}"])

    def rename(self, old, new):
        run(["zfs", "rename", f"{self.name}@{old}", f"{self.name}@{new}"])

    def tidy(self):
        pass


class Subvolume:
    folder = ".snapshots"

    def __init__(self, root):
        self.root = root

    def place(self, make=False):
        """The snapshots' directory, owned by root and readable for all, without inherited ACLs."""
        with opened(open_dir(self.root)) as root:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(self.folder, 0o755, dir_fd=root)
            try:
                fd = os.open(self.folder, FOLDER, dir_fd=root)
            except FileNotFoundError:
                return None
            except OSError:
                raise Refused(f"{self.root}/{self.folder} is not a directory; move it away") from None
        if os.fstat(fd).st_uid != 0:
            raise Refused(f"{self.root}/{self.folder} belongs to another user (uid {os.fstat(fd).st_uid}); move it away")
        if make:
            for kind in ("default", "access"):
                with contextlib.suppress(OSError):
                    os.removexattr(fd, f"system.posix_acl_{kind}")
            os.fchown(fd, 0, 0)
            os.fchmod(fd, 0o755)
        return fd

    def names(self):
        with opened(self.place()) as fd:
            return [] if fd is None else os.listdir(fd)

    def take(self, name):
        with opened(open_dir(self.root)) as root, opened(self.place(make=True)) as into:
            run(["btrfs", "subvolume", "snapshot", "-r", f"/proc/self/fd/{root}", f"/proc/self/fd/{into}/{name}"], (root, into))

    def drop(self, name):
        with opened(self.place()) as fd:
            run(["btrfs", "subvolume", "delete", f"/proc/self/fd/{fd}/{name}"], (fd,))

    def rename(self, old, new):
        with opened(self.place()) as fd:
            os.rename(old, new, src_dir_fd=fd, dst_dir_fd=fd)

    def tidy(self):
        """Removes the directory after its last snapshot."""
        with opened(open_dir(self.root)) as root, contextlib.suppress(OSError):
            os.rmdir(self.folder, dir_fd=root)


def holder(path, top):
    """The dataset or subvolume that holds a directory, at or below what the gateway can see (`top`)."""
    if not os.path.isdir(top):
        raise Refused(f"{top} is a disk image, whose snapshots cannot be shown to clients")
    target, kind, source = mount_of(path)
    if kind in ("zfs", "fuse.zfs"):
        if within(target, top):
            return Dataset(target, source)
        raise Refused(f"{path} is a directory of the dataset {source}, whose root is outside the gateway; use a dataset of its own for `data.bind`")
    if kind != "btrfs":
        raise Refused(f"{path} is on a file system of type {kind}, which has no snapshots")
    at = path
    while within(at, top):
        with opened(open_dir(at)) as fd:
            if fd is not None and os.fstat(fd).st_ino == SUBVOLUME:
                return Subvolume(at)
        at = os.path.dirname(at)
    raise Refused(f"{path} is a plain directory and not in a subvolume of the gateway; a Quota with `convert: true` converts it")


def prepare(path, top, owner):
    """Runs before a share is created: on btrfs, a missing directory becomes a subvolume. -> the folder of its snapshots."""
    name = os.path.basename(path)
    if os.path.isdir(top) and mount_of(path)[1] == "btrfs" and within(os.path.dirname(path), top):
        with opened(open_dir(os.path.dirname(path))) as above:
            if above is not None and name not in os.listdir(above):
                run(["btrfs", "subvolume", "create", f"/proc/self/fd/{above}/{name}"], (above,))
                os.chown(name, int(owner), int(owner), dir_fd=above, follow_symlinks=False)
    return holder(path, top).folder


class Schedule:
    """`gone`: the directory may be missing. Otherwise that is an error, because the parent of a moved directory would be snapshotted instead.
    `anew`: accept whatever dataset or subvolume holds the directory now."""

    def __init__(self, entry, gone=False, anew=False):
        self.entry = entry
        self.keep = entry["keep"]
        self.note = f"{ENTRIES}/{entry['id']}.root"
        self.prefix = f"pvesmb-{entry['id']}-"
        with opened(open_dir(entry["path"])) as fd:
            if fd is None and not gone:
                raise Refused(f"{entry['path']} does not exist; it may have been renamed on the gateway")
        self.holder = holder(entry["path"], entry["top"])
        before = self.root_before()
        if before not in (None, self.holder.root) and not gone and not anew:
            raise Refused(f"{entry['path']} is another folder now: earlier snapshots are of {before}, new ones would be of {self.holder.root}")

    def root_before(self):
        """The recorded root. A directory that was replaced may be in another subvolume or dataset, where clients would not see its snapshots."""
        with contextlib.suppress(FileNotFoundError), open(self.note) as file:
            return file.read()
        return None

    def remember_root(self):
        if self.root_before() != self.holder.root:
            with open(self.note, "w") as file:
                file.write(self.holder.root)

    def times(self):
        """Times of this schedule's snapshots, newest first."""
        found = []
        for name in self.holder.names():
            if name.startswith(self.prefix):
                with contextlib.suppress(ValueError):
                    found.append(calendar.timegm(time.strptime(name[len(self.prefix):], STAMP)))
        return sorted(found, reverse=True)

    def name(self, at):
        return self.prefix + time.strftime(STAMP, time.gmtime(at))

    @property
    def period(self):
        return "hourly" if self.keep["hourly"] > 0 else "daily"

    def due(self, now, times):
        return not any(same(PERIODS[self.period], now, at) for at in times[:1])

    def report(self, now):
        """`late`: two rounds have passed without a snapshot."""
        times = self.times()
        newest = times[0] if times else None
        late = newest is None or now - newest > (2 * HOUR if self.period == "hourly" else 49 * HOUR) + HOUR / 2
        return {"newest": newest and time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(newest)), "late": late}

    def round(self, now):
        self.remember_root()
        times = self.times()
        if self.due(now, times):
            self.holder.take(self.name(now))
            times = [now, *times]
        for at in set(times) - kept(times, self.keep):
            self.holder.drop(self.name(at))

    def take_over(self):
        """The snapshots of this share under a former id, which a killed create or a lost state left, become this schedule's."""
        for former in self.former_prefixes():
            for old in self.holder.names():
                if old.startswith(former):
                    self.holder.rename(old, self.prefix + old[len(former):])

    def former_prefixes(self):
        for name in os.listdir(ENTRIES):
            with contextlib.suppress(Refused, OSError, ValueError):  # a broken entry of another share is that one's fault
                other = entry_of(name) if name.endswith(".json") else self.entry
                if other["id"] != self.entry["id"] and all(other.get(field) == self.entry.get(field) for field in ("key", "path", "top")):
                    yield f"pvesmb-{other['id']}-"

    def first(self, now):
        """Takes the first snapshot of a new share at once, so that its clients see one. -> the newest snapshot."""
        self.remember_root()
        self.take_over()
        times = self.times()
        if not times:
            self.holder.take(self.name(now))
            times = [now]
        return {"root": self.holder.root, "folder": self.holder.folder, "name": self.name(times[0])}

    def clear(self):
        for at in self.times():
            self.holder.drop(self.name(at))
        self.holder.tidy()


def same(period, a, b):
    return time.strftime(period, time.gmtime(a)) == time.strftime(period, time.gmtime(b))


def kept(times, keep):
    """The snapshots to keep: the newest one in each of the last periods of each kind, and always the newest of all."""
    stay = set(times[:1])
    for kind, count in keep.items():
        newest = {}
        for at in times:
            newest.setdefault(time.strftime(PERIODS[kind], time.gmtime(at)), at)
        stay.update(list(newest.values())[:count])
    return stay


def entry_of(name):
    with open(f"{ENTRIES}/{name}") as file:
        entry = json.load(file)
    texts = isinstance(entry, dict) and all(isinstance(entry.get(field), str) for field in ("id", "path", "top"))
    if not texts or not isinstance(entry.get("keep"), dict) or any(type(count) is not int for count in entry["keep"].values()):
        raise Refused(f"{ENTRIES}/{name} is not what pvesmb wrote")
    return entry


def each(work):
    """Yields (id, result, error) for each schedule; one failure does not stop the others."""
    for name in sorted(os.listdir(ENTRIES)):
        if name.endswith(".json"):
            try:
                yield name[:-len(".json")], work(Schedule(entry_of(name))), None
            except (Refused, OSError, ValueError, KeyError) as error:
                yield name[:-len(".json")], None, str(error)


def all_rounds():
    failed = [f"{name}: {error}" for name, _, error in each(lambda schedule: schedule.round(int(time.time()))) if error]
    for line in failed:
        print(line, file=sys.stderr)
    return bool(failed)


def report():
    """The state of each schedule, from the existing snapshots, so that it also shows if rounds no longer run."""
    return {name: found or {"error": error} for name, found, error in each(lambda schedule: schedule.report(time.time()))}


def main(argv):
    what, *rest = argv
    if what == "prepare":
        print(prepare(*rest))
        return 0
    if what == "look":
        print(holder(*rest).folder)
        return 0
    if what == "report":
        print(json.dumps(report() if os.path.isdir(ENTRIES) else {}))
        return 0
    with opened(os.open(ENTRIES, FOLDER)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if what == "run":
            return 1 if all_rounds() else 0
        schedule = Schedule(entry_of(f"{rest[0]}.json"), gone=what == "clear", anew=what == "first")
        if what == "first":
            print(json.dumps(schedule.first(int(time.time()))))
        elif what == "clear":
            schedule.clear()
        return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Refused, OSError) as error:
        sys.exit(str(error))

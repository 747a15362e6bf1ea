"""
Owner and ACL of everything below a directory, by file descriptor: users with write access could swap a checked path for a link.
"""
import contextlib
import os
import stat

import acl
from clock import Failed
from files import deep, open_dir, parts

EXECUTE = 0o111


class Dresser:
    def __init__(self, scope, step):
        self.clock, self.named, self.owners_only = scope.clock, step["acl"], step.get("ownersOnly", False)
        self.uid, self.gid = acl.number("user", scope.text(step["owner"])), acl.number("group", scope.text(step["group"]))
        self.mode = int(step["mode"], 8) & 0o777
        self.skipped = {tuple(parts("/" + folder)) for folder in step["skip"]}
        self.changed = False

    def folder(self, fd, way):
        for name in os.listdir(fd):
            self.clock.check()
            here = (*way, name)
            if here in self.skipped:
                continue
            with contextlib.suppress(FileNotFoundError):
                self.entry(fd, name, here)

    def entry(self, folder, name, here):
        # O_PATH cannot block on a FIFO or device, and the descriptor keeps referring to the same file.
        fd = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=folder)
        try:
            info = os.fstat(fd)
            if stat.S_ISLNK(info.st_mode):
                return
            self.dress(f"/proc/self/fd/{fd}", info)
            if stat.S_ISDIR(info.st_mode):
                inner = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_DIRECTORY)
                try:
                    self.folder(inner, here)
                finally:
                    os.close(inner)
        finally:
            os.close(fd)

    def dress(self, place, info):
        raw = acl.raw_acls(place)
        folder = stat.S_ISDIR(info.st_mode)
        # x only for directories and for files that are executable already (setfacl(1), "X").
        keeps = folder or runnable(info.st_mode, acl.unpack(raw.get("access")))
        mode, named = self.mode, self.named
        if not keeps:
            mode &= ~EXECUTE
            named = [{**entry, "permissions": entry["permissions"].replace("x", "-")} for entry in named]
        access = acl.wanted(mode, named)
        default = acl.wanted_default(self.mode, self.named, self.owners_only) if folder else None
        wanted = {which: acl.pack(entries) for which, entries in (("access", access), ("default", default)) if entries}
        shown = acl.shown_mode(mode, access) | info.st_mode & 0o7000
        same = {which: acl.unpack(raw.get(which)) for which in ("access", "default")} == {"access": access, "default": default}
        if same and (info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)) == (self.uid, self.gid, shown):
            return
        self.changed = True
        os.chown(place, self.uid, self.gid)
        if not stat.S_ISDIR(info.st_mode):
            shown &= ~0o6000  # as chown(2) does: a foreign program must not run as the new owner
        os.chmod(place, shown)
        acl.set_raw_acls(place, wanted)
        os.chmod(place, shown)


def runnable(mode, access):
    """Whether owner, owning group or others can execute it; for the group only as far as the mask allows."""
    if access is None:
        return mode & EXECUTE
    return mode & 0o101 or acl.permissions_of(access, acl.GROUP_OBJ) & acl.permissions_of(access, acl.MASK) & 1


def do_below(scope, step):
    """Everything below a directory except links and skipped paths. Not undone."""
    deep()
    fd = open_dir(step["path"])
    if fd is None:
        raise Failed(f"{step['path']}: there is no such directory")
    dresser = Dresser(scope, step)
    try:
        dresser.folder(fd, ())
    except OSError as error:
        raise Failed(f"below {step['path']}: {error.strerror}") from None
    finally:
        os.close(fd)
    return {"changed": dresser.changed}

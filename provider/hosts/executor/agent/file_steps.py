"""Steps that write, remove and move files and directories and set owner, mode and ACL, and steps that only check them."""
import contextlib
import errno
import os
import re
import stat
import time

import acl
from acl import number
from assembling import assembled, whole_lines
from clock import Failed
from files import above, belongs, dirty, exists, mounts, open_dir, open_file, parts, put, record, remove, rename, stat_of


def write(scope, path, data, mode, uid, gid, newer=False):
    mtime = None
    with contextlib.suppress(FileNotFoundError):
        info = stat_of(path)
        if newer:
            mtime = max(time.time_ns(), (int(info.st_mtime) + 1) * 10**9)
        if stat.S_ISDIR(info.st_mode):
            raise Failed(f"{path}: a directory is in the way")
        if stat.S_ISREG(info.st_mode) and (stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, info.st_size) == (mode, uid, gid, len(data)):
            with open_file(path) as file:
                if file.read() == data:
                    return {"changed": False}
    scope.save(path)
    put(path, data, mode, uid, gid, mtime=mtime)
    return {"changed": True}


def do_write(scope, step):
    uid, gid = (number(kind, scope.text(step.get(field, "root"))) for kind, field in (("user", "owner"), ("group", "group")))
    return write(scope, step["path"], scope.text(step["content"]).encode(), int(step["mode"], 8), uid, gid)


def do_assemble(scope, step):
    data = assembled(step, pieces_of([step, *step.get("more", [])]), exists, content_of)
    if data is None:
        return do_remove(scope, {"path": step["to"]})
    return write(scope, step["to"], data, int(step["mode"], 8), 0, 0, newer=step.get("newer", False))


def content_of(path):
    with open_file(path) as file:
        return file.read()


def pieces_of(sources):
    for source in sources:
        for name in sorted(names_in(source["from"])):
            if name.endswith(source["suffix"]) and not name.startswith("."):
                yield whole_lines(content_of(os.path.join(source["from"], name)))


def names_in(path):
    fd = open_dir(path)
    if fd is None:
        raise Failed(f"{path}: there is no such directory")
    try:
        return os.listdir(fd)
    finally:
        os.close(fd)


def do_remove(scope, step):
    path = "/" + "/".join(parts(step["path"]))
    try:
        info = stat_of(path)
    except FileNotFoundError:
        return {"changed": False}
    if not stat.S_ISDIR(info.st_mode):
        scope.save(path)
        remove(path)
        return {"changed": True}
    if not step.get("tree"):
        raise Failed(f"{path}: is a directory")
    mounted = sorted(place for place in mounts() if place == path or place.startswith(path + "/"))
    if mounted:
        raise Failed(f"{path}: not removed, because {mounted[0]} is a mount point")
    # Moved aside so that it can be restored; deleted after the batch has committed.
    aside = os.path.join(os.path.dirname(path), f".pvesmb-removed-{time.time_ns():x}")
    move(scope, path, aside)
    scope.journal.doomed.append((aside, scope.key))
    return {"changed": True}


def do_supersede(scope, step):
    directory, own = os.path.split(step["path"])
    same, changed = re.compile(step["same"], re.S), False

    def groups(path):
        try:
            with open_file(path) as file:
                found = same.search(file.read().decode("utf-8", "replace"))
        except (FileNotFoundError, Failed):  # something other than a file is none of ours
            return None
        return found and found.groups()

    wanted = groups(step["path"])
    for name in sorted(names_in(directory)) if wanted else ():
        path = os.path.join(directory, name)
        if name != own and re.fullmatch(step["names"], name) and groups(path) == wanted:
            scope.save(path)
            remove(path)
            changed = True
    return {"changed": changed}


def move(scope, old, new):
    entry = {"kind": "rename", "from": old, "to": new}
    scope.journal.note(entry, scope.key)
    scope.undo.append(entry)
    scope.journal.moved(old, new)
    scope.journal.known.clear()  # from here on, the same paths mean other things
    rename(old, new)


def do_rename(scope, step):
    old, new = step["from"], step["to"]
    there = exists(old), exists(new)
    if there == (False, True) or (not there[0] and step.get("ifThere")):
        return {"changed": False}
    if there == (True, True):
        raise Failed(f"cannot rename {old} to {new}: both exist", "Conflict")
    if there == (False, False):
        raise Failed(f"cannot rename {old} to {new}: neither exists")
    move(scope, old, new)
    return {"changed": True}


def do_directory(scope, step):
    path = step["path"]
    fd = open_dir(path)
    new = fd is None
    if new:
        if "mustExist" in step:
            raise Failed(step["mustExist"])
        scope.save(path)
        fd = open_dir(path, make=True)
        dirty.add(os.path.dirname(path))
    try:
        return {"changed": dress(scope, step, fd, new) or new}
    finally:
        os.close(fd)


def dress(scope, step, fd, new):
    """Sets owner, mode and ACL. -> whether they were different."""
    info, raw = os.fstat(fd), acl.raw_acls(fd)
    shown, access = stat.S_IMODE(info.st_mode), acl.unpack(raw.get("access"))
    uid = number("user", scope.text(step["owner"])) if "owner" in step else info.st_uid
    gid = number("group", scope.text(step["group"])) if "group" in step else info.st_gid
    wanted, mode = dict(raw), int(step["mode"], 8) if "mode" in step else acl.own_mode(shown, access)
    if "acl" in step:
        given = step["acl"]
        lists = {
            "access": acl.wanted(mode, given["access"]),
            "default": acl.wanted_default(mode, given["default"], given.get("ownersOnly", False)),
        }
        wanted, access = {which: acl.pack(entries) for which, entries in lists.items() if entries}, lists["access"]
    elif access is not None and "mode" in step:  # the named entries stay as they are
        named = {(tag, who): bits for tag, bits, who in access if tag in (acl.USER, acl.GROUP)}
        access = acl.compose(mode, named)
        wanted["access"] = acl.pack(access)
    now = {which: acl.unpack(raw.get(which)) for which in ("access", "default")}
    if (uid, gid, acl.shown_mode(mode, access)) == (info.st_uid, info.st_gid, shown) and now == {which: acl.unpack(wanted.get(which)) for which in now}:
        return False
    if not new:
        if "keep" in step:
            raise Failed(scope.text(step["keep"]), "Conflict")
        scope.save(step["path"])
    os.fchown(fd, uid, gid)
    os.fchmod(fd, acl.shown_mode(mode, access))
    try:
        acl.set_raw_acls(fd, wanted)
    except OSError as error:
        hint = ", its file system has no POSIX ACLs" if error.errno == errno.ENOTSUP else ""
        raise Failed(f"{step['path']}: cannot set the ACL: {error.strerror}{hint}") from None
    os.fchmod(fd, acl.shown_mode(mode, access))
    return True


def do_link(scope, step):
    path, to = step["path"], step["to"]
    there = exists(path)
    with above(path) as (fd, name):
        if there and not stat.S_ISLNK(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
            raise Failed(f"{path}: something other than a link is in the way", "Conflict")
        if there and os.readlink(name, dir_fd=fd) == to:
            return {"changed": False}
        scope.save(path)
        if there:
            os.unlink(name, dir_fd=fd)
        os.symlink(to, name, dir_fd=fd)
    dirty.add(os.path.dirname(path))
    return {"changed": True}


def do_require(scope, step):
    path = "/" + "/".join(parts(step["path"]))
    try:
        mode = stat_of(path).st_mode if path != "/" else stat.S_IFDIR
    except FileNotFoundError:
        mode = None
    holds = {
        "directory": mode is not None and stat.S_ISDIR(mode),
        "file": mode is not None and stat.S_ISREG(mode),
        "absent": mode is None,
        "mountpoint": mode is not None and path in mounts(),
    }[step["is"]]
    if not holds:
        raise Failed(step["message"])
    return {"changed": False}


def do_known(scope, step):
    missing = [(kind, name) for kind in ("user", "group") for name in step[kind + "s"] if not acl.exists(kind, name)]
    if missing:
        places = dict.fromkeys(step.get("places", {}).get(f"{kind} {name}") for kind, name in missing)
        where = ", ".join(place for place in places if place)
        raise Failed(f"{where and where + ': '}{step['message']}: {', '.join(unknown(*each) for each in missing)}")
    return {"changed": False}


def unknown(kind, name):
    close = acl.nearest(kind, name)
    return f"{kind} {name}" + (f" (did you mean {close}?)" if close else "")


def do_owned(scope, step):
    if belongs(step["path"], step["fields"], step["value"]) is False:
        owner = (record(step["path"]) or {}).get("key")
        raise Failed(step["message"].replace("{owner}", owner if isinstance(owner, str) else "unknown"), "Conflict")
    return {"changed": False}

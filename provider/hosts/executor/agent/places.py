"""Directories of other shares and homes on this host, and how they overlap with a wanted one."""
import os
import pwd
import re

from clock import Failed
from files import open_file, parts, record_in

KNOWN = {}  # file -> (version from its stat, the place that it names)


def keys(path, known):
    """
    Device and inode of each directory in the path, so that another spelling (case-insensitive trees) or a second mount compares equal. For
    missing components: the last existing one plus their names. `known`: cache of this batch, for whole paths and prefixes.
    """
    if path in known:
        return known[path]
    found, at = [], ""
    for name in parts(path):
        at += "/" + name
        key = known.get((at,))
        if key is None:
            try:
                info = os.lstat(at)
                key = known[(at,)] = (info.st_dev, info.st_ino)
            except (FileNotFoundError, NotADirectoryError):
                found += missing(found, path, at)
                return found
        found.append(key)
    known[path] = found
    return found


def missing(found, path, at):
    last, below = found[-1] if found else (), parts(path)[len(parts(at)) - 1 :]
    return [(last, *below[: i + 1]) for i in range(len(below))]


def named_in(source, entry, known):
    """The place that a file of ours names, or None. Writes rename a new file, so within a batch the same inode means the same text."""
    seen = known.get((entry.path, entry.inode()))
    if seen is None:
        seen = known[entry.path, entry.inode()] = (read(source, entry),)
    return seen[0]


def read(source, entry):
    info = entry.stat(follow_symlinks=False)
    version = (info.st_ino, info.st_mtime_ns, info.st_size)
    if KNOWN.get(entry.path, (None,))[0] != version:
        with open_file(entry.path) as file:
            text = file.read().decode("utf-8", "replace")
        path, name = (re.search(source[field], text, re.M) for field in ("path", "name"))
        place = path and name and {"kind": source["kind"], "name": name[1], "path": path[1], "record": record_in(text), "holds": source.get("holds") if path[2] else None}
        KNOWN[entry.path] = (version, place)
    return KNOWN[entry.path][1]


def named(source, own, known):
    with os.scandir(source["from"]) as entries:
        for entry in entries:
            if entry.name.endswith(source["suffix"]) and not entry.name.startswith(".") and entry.path not in own["files"]:
                place = named_in(source, entry, known)
                if place and place["path"].startswith("/") and ".." not in place["path"].split("/") and not any(field in own and place["record"].get(field) == own[field] for field in ("key", "nonce")):
                    yield place


def homes(source, own, _known):
    for account in pwd.getpwall():
        if account.pw_dir.startswith(source["within"] + "/") and ".." not in account.pw_dir.split("/") and account.pw_name != own.get("account"):
            yield {"kind": source["kind"], "name": account.pw_name, "path": account.pw_dir.rstrip("/"), "record": {}, "holds": None}


def lies(mine, other):
    """How another place overlaps with mine; None: not at all."""
    if mine[-1] == other[-1]:
        return "same"
    return "inside" if mine[-1] in other else "around" if other[-1] in mine else None


def fits(mine, other, how):
    """Allowed overlaps: a place inside one that holds its kind, and a view of a directory beside the directory's owner."""
    if how == "same":
        return not mine.get("alone") and bool(mine.get("view")) != bool(other["record"].get("view")) and mine["path"] == other["path"]
    holder, held = (mine, other) if how == "inside" else (other, mine)
    return holder.get("holds") == held["kind"]


def do_apart(scope, step):
    mine, known = step["mine"], scope.journal.places
    own = keys(mine["path"], known)
    all_others = [other for source in step["others"] for other in (named if "from" in source else homes)(source, step["own"], known)]
    lying = [(other, how) for other in all_others for how in [lies(own, keys(other["path"], known))] if how]
    beside = [other for other, how in lying if how == "same" and fits(mine, other, how)]
    clashes = [(other, how) for other, how in lying if not fits(mine, other, how)]
    twice = [(other, "twice") for other in all_others if mine.get("holds") and other["holds"] == mine["holds"]]
    if beside and mine.get("view"):  # a view of another place's directory does not clash with further views of it
        clashes = [(other, how) for other, how in clashes if how != "same" or not other["record"].get("view")]
    for how, message in step["refuse"].items():
        found = [other for other, each in clashes + twice if each == how]
        if found:
            raise Failed(message.replace("{other}", spoken(found)), "InvalidInput")
    return {"changed": False, "value": spoken(beside) if mine.get("view") else "", "overlaps": [spoken([other]) for other, _ in clashes]}


def spoken(places):
    return ", ".join(f"{place['kind']} {place['name']} ({place['path']})" for place in places)

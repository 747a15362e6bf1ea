"""Accounts and POSIX ACLs. ACLs use the kernel's binary form (acl(5), linux/posix_acl_xattr.h), since setfacl may be missing."""
import contextlib
import errno
import grp
import os
import pwd
import struct

from clock import Failed

FIND = {"user": lambda name: pwd.getpwnam(name).pw_uid, "group": lambda name: grp.getgrnam(name).gr_gid}
NAME = {"user": lambda n: pwd.getpwuid(n).pw_name, "group": lambda n: grp.getgrgid(n).gr_name}
DATABASES = {"user": "passwd", "group": "group"}
READ = {}  # path -> (version from its stat, what it says)
USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER, NOBODY = 1, 2, 4, 8, 16, 32, 0xFFFFFFFF
TAGS = {"user": USER, "group": GROUP}
LETTERS = (("r", 4), ("w", 2), ("x", 1))


def number(kind, name):
    if name.isdecimal():
        return int(name)
    try:
        return FIND[kind](name)
    except KeyError:
        raise Failed(f"there is no {kind} {name} on this host") from None


def exists(kind, name):
    with contextlib.suppress(KeyError):
        FIND[kind](name)
        return True
    return False


def nearest(kind, name):
    """The host's own account, from the first number for people on, whose name is one letter away; None if there is not exactly one."""
    found = read("/etc/" + DATABASES[kind], names)
    close = [each for n, each in found.items() if 1000 <= n < 65534 and one_away(each.lower(), name.lower())]
    return close[0] if len(close) == 1 else None


def one_away(a, b):
    """One letter more, fewer or another, or two that changed places."""
    same = len(os.path.commonprefix([a, b]))
    a, b = a[same:], b[same:]
    return a != b and (a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:]))


def name_of(kind, n):
    """
    The number if there is no name, and for accounts of a domain: while no controller answers, winbind takes minutes for each of them
    (samba.md section 3), and whoever names them here knows their numbers.
    """
    database = DATABASES[kind]
    if "winbind" in read("/etc/nsswitch.conf", services).get(database, ()):
        return read("/etc/" + database, names).get(n, str(n))
    try:
        return NAME[kind](n)
    except KeyError:
        return str(n)


def services(text):
    return {database.strip(): words.split() for line in text.splitlines() for database, found, words in [line.split("#")[0].partition(":")] if found}


def names(text):
    """Number -> name; if several accounts share a number, the first one counts."""
    fields = [line.split(":") for line in text.splitlines()]
    return {int(each[2]): each[0] for each in reversed(fields) if len(each) > 2 and each[2].isdecimal()}


def read(path, parse):
    """What a file says, parsed once per version of it."""
    try:
        info = os.stat(path)
        version = (info.st_ino, info.st_mtime_ns, info.st_size)
        if READ.get(path, (None,))[0] != version:
            with open(path, encoding="utf-8", errors="replace") as file:
                READ[path] = (version, parse(file.read()))
        return READ[path][1]
    except FileNotFoundError:
        return {}


def raw_acls(place):
    """-> {"access", "default": the attribute's bytes in hex}; one that is missing or unsupported is left out."""
    raw = {}
    for which in ("access", "default"):
        with contextlib.suppress(OSError):
            raw[which] = os.getxattr(place, "system.posix_acl_" + which).hex()
    return raw


def set_raw_acls(place, raw):
    for which in ("access", "default"):
        if which in raw:
            os.setxattr(place, "system.posix_acl_" + which, bytes.fromhex(raw[which]))
        else:
            with contextlib.suppress(OSError):
                os.removexattr(place, "system.posix_acl_" + which)


def has_acls(place):
    try:
        os.getxattr(place, "system.posix_acl_access")
    except OSError as error:
        return error.errno == errno.ENODATA
    return True


def unpack(raw):
    """-> [(tag, permissions, id)], sorted, or None if there is no ACL."""
    return sorted(struct.iter_unpack("<HHI", bytes.fromhex(raw)[4:])) if raw else None


def pack(entries):
    return (struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)).hex()


def compose(mode, named, always=False):
    """The ACL for a mode and {(tag, id): permissions}; the mask is the union of the group class. None if the mode suffices, unless `always`."""
    if not named and not always:
        return None
    group = mode >> 3 & 7
    mask = group
    for permissions in named.values():
        mask |= permissions
    base = [(USER_OBJ, mode >> 6 & 7, NOBODY), (GROUP_OBJ, group, NOBODY), (MASK, mask, NOBODY), (OTHER, mode & 7, NOBODY)]
    return sorted(base + [(tag, permissions, who) for (tag, who), permissions in named.items()])


def permissions_of(entries, tag):
    return next(permissions for each, permissions, _ in entries if each == tag)


def shown_mode(mode, access):
    """The mode of the inode. With an ACL its group bits are the mask."""
    return mode if access is None else mode & ~0o070 | permissions_of(access, MASK) << 3


def own_mode(shown, access):
    """The reverse of shown_mode. A mask that is not the union of the group class stays visible, because a chmod set it."""
    if access is None:
        return shown
    own = shown & ~0o070 | permissions_of(access, GROUP_OBJ) << 3
    return own if compose(own, {(tag, who): bits for tag, bits, who in access if tag in (USER, GROUP)}) == access else shown


def wanted(mode, entries, always=False):
    named = {}
    for entry in entries:
        key = (TAGS[entry["kind"]], number(entry["kind"], entry["name"]))
        named[key] = named.get(key, 0) | sum(bit for letter, bit in LETTERS if letter in entry["permissions"])
    return compose(mode, named, always)


def wanted_default(mode, entries, owners_only):
    """
    The default ACL. `owners_only`: the owning group gets nothing, which for accounts of a domain is a group of all others; then there is always
    one, and with a mask, as a chmod would otherwise give the group its bits.
    """
    return wanted(mode & 0o700, entries, True) if owners_only else wanted(mode, entries)


def spoken(entries):
    """The named entries, as AclEntry."""
    kinds = {USER: "user", GROUP: "group"}
    return [
        {"kind": kinds[tag], "name": name_of(kinds[tag], who), "id": who, "permissions": "".join(letter if bits & bit else "-" for letter, bit in LETTERS)}
        for tag, bits, who in entries or []
        if tag in kinds
    ]

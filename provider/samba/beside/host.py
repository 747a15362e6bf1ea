"""Samba's configuration of a host that is not ours: its own text, and ours beside it.

include      puts our include first in smb.conf; prints "changed" if it was not
included     exits with 0 if it is there
exclude      takes it out again
effective    exits with 1 and one line per fault if anything is in effect that neither text means
name NAME PATH
             exits with 1 if the host itself serves a share of that name, which would be at PATH
exported PATH
             prints where NFS exports PATH, what holds it or what is in it; nothing if it does not
mount NAME PATH FILE
             remembers in FILE that a share's directory is on a file system mounted for it, so that smbd serves nothing, and we
             change nothing, while it is not mounted; exits with 1 if it is not
"""

import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

CONFIG = "/etc/samba/smb.conf"
OURS = "/etc/samba/pvesmb/beside.conf"
LINE = b"include = /etc/samba/pvesmb/beside.conf"
USERSHARES = "/var/lib/samba/usershares"
EXPORTS = "/etc/exports"
ETAB = "/var/lib/nfs/etab"
GANESHA = "/etc/ganesha/ganesha.conf"
MOUNTS = "/proc/self/mountinfo"
DATA = "/srv/pvesmb"
GUARD = "\troot preexec = /usr/bin/mountpoint -q "


def stop(text):
    print(text)
    sys.exit(1)


def lines():
    try:
        with open(CONFIG, "rb") as file:
            return file.read().splitlines(keepends=True)
    except FileNotFoundError:
        stop(CONFIG + " is missing: reinstall samba-common, or put the host's own configuration there")


def is_ours(line):
    return line.strip() == LINE


def replace(content):
    """Atomic, with owner, mode and attributes of the file as they were. Follows a link, so that the link stays."""
    path = os.path.realpath(CONFIG)
    before = os.stat(path)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".smb.conf.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchown(file.fileno(), before.st_uid, before.st_gid)
            shutil.copystat(path, temporary)
            os.utime(file.fileno())
            os.fsync(file.fileno())
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    print("changed")


def comes_first(text):
    return bool(text) and is_ours(text[0]) and sum(map(is_ours, text)) == 1


def included():
    sys.exit(0 if comes_first(lines()) else 1)


def include():
    before = lines()
    if comes_first(before):
        return
    own = [line for line in before if not is_ours(line)]
    replace(LINE + b"\n" + b"".join(own))


def exclude():
    if not os.path.lexists(CONFIG):
        return
    before = lines()
    own = [line for line in before if not is_ours(line)]
    if len(own) < len(before):
        replace(b"".join(own))


def sections(text):
    """Sections by lower-case name, each with its printed options."""
    found = {}
    current = None
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1].lower(), {})
        elif current is not None and " = " in line + " " and not line.startswith("#"):
            name, _, value = line.partition("=")
            current[name.strip().lower()] = value.strip()
    for each in found.values():
        each.pop("include", None)
    return found


def testparm(path, *more):
    """testparm prints options that differ from their default; of a share those that differ from [global]'s."""
    done = subprocess.run(
        ["testparm", "-s", *more, path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C"},
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        stop("testparm refuses %s: %s" % (path, " | ".join(said[-5:])))
    return sections(done.stdout.decode(errors="replace"))


def of_host(*more):
    """What the host's own text means without ours."""
    with tempfile.NamedTemporaryFile(prefix="smb.conf.") as file:
        file.write(b"".join(line for line in lines() if not is_ours(line)))
        file.flush()
        return testparm(file.name, *more)


def usershares():
    try:
        return {name.lower() for name in os.listdir(USERSHARES) if not name.startswith(".")}
    except OSError:
        return set()


def served_by_host(name, own):
    """Why a name is not free."""
    key = name.lower()
    if key in own and key != "global":
        return "smb.conf has a section [%s] itself" % name
    if key in usershares():
        return "a usershare of the host has the name %s (`net usershare delete %s` ends it)" % (name, name)
    if "homes" in own and key not in ("homes", "global"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            return None
        return "smb.conf serves homes ([homes]), and the share %s would take the place of that user's" % name
    return None


def name(wanted, path):
    own = of_host()
    why = served_by_host(wanted, own)
    if why is None:
        return
    if wanted.lower() in own:
        its = own[wanted.lower()].get("path", "its directory")
        stop("%s. To take it over: remove that section, mount %s at %s (`mount --bind`, and a line in /etc/fstab), then run again" % (why, its, path))
    stop(why)


def mount_below(path):
    """The mount point strictly below DATA that a directory, or what is there of it, is on."""
    # os.path.ismount does not see a bind mount within one file system.
    with open(MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
        mounted = {unescaped(line.split(" ")[4]) for line in file}
    while path.startswith(DATA + "/"):
        if path in mounted:
            return path
        path = os.path.dirname(path)
    return None


def mount(share, path, file):
    try:
        with open(file, encoding="utf-8") as text:
            known = re.search("^" + re.escape(GUARD) + "(.*)$", text.read(), re.M)
    except FileNotFoundError:
        known = None
    before = shlex.split(known[1])[0] if known else None
    at = mount_below(path)
    if before is not None and at is None and (path + "/").startswith(before + "/"):
        stop(
            "%s is not mounted: nothing was changed in the directory that is there instead; mount it, or remove %s if the files are to be there from now on"
            % (before, file)
        )
    if at is None:
        if known:
            os.unlink(file)
            print("changed")
        return
    if re.search(r"[%\x00-\x1f]", at):
        stop("%s is mounted, and smb.conf cannot hold that path" % at)
    wanted = "# Written by pvesmb: serves nothing while the file system is not mounted.\n[%s]\n%s%s\n\troot preexec close = yes\n" % (
        share,
        GUARD,
        shlex.quote(at),
    )
    if before == at:
        return
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(file), prefix=".")
    with os.fdopen(handle, "w", encoding="utf-8") as text:
        os.fchmod(handle, 0o644)
        text.write(wanted)
    os.rename(temporary, file)
    print("changed")


def unescaped(text):
    """As exports(5) and the kernel's lists of mounts write blanks and the like: a backslash and three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def exports():
    """(directory, file that exports it) of the kernel's server and of NFS-Ganesha, as configured and as in effect (etab)."""
    files = [EXPORTS, ETAB]
    if os.path.isdir(EXPORTS + ".d"):
        files += [os.path.join(EXPORTS + ".d", name) for name in sorted(os.listdir(EXPORTS + ".d")) if name.endswith(".exports")]
    for path in [*files, GANESHA]:
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                text = file.read()
        except OSError:
            continue
        if path == GANESHA:
            found = re.findall(r'^[^#\n]*?\bPath\s*=\s*"?([^";\n]+?)"?\s*;', text, re.M | re.I)
        else:
            lines = re.sub(r"\\\n", " ", text).splitlines()
            found = [quoted or plain for quoted, plain in re.findall(r'^[ \t]*(?:"(/[^"]*)"|(/\S*))', "\n".join(lines), re.M)]
        for directory in found:
            yield os.path.realpath(unescaped(directory)), path


def exported(path):
    own = os.path.realpath(path)
    found = {}
    for directory, file in exports():
        if own == directory or (own + "/").startswith(directory.rstrip("/") + "/") or directory.startswith(own + "/"):
            found.setdefault(directory, file)
    print(", ".join("%s (%s)" % each for each in sorted(found.items())))


def differences(where, wanted, found):
    """An option that is absent, or None, is not set."""
    return [
        "%s: %s = %s instead of %s" % (where, option, *("(nothing)" if value is None else value for value in (has, means)))
        for option in sorted(set(wanted) | set(found))
        for has, means in [(found.get(option), wanted.get(option))]
        if has != means
    ]


def effective():
    text = lines()
    faults = []
    if not comes_first(text):
        faults.append("%s: `%s` is not its first line" % (CONFIG, LINE.decode()))
    whole, own, ours = testparm(CONFIG), of_host(), testparm(OURS)
    presets = testparm(CONFIG, "-v").get("global", {}), testparm(OURS, "-v").get("global", {})
    of_own, of_ours = own.get("global", {}), ours.get("global", {})
    for option in sorted(set(of_own) & set(of_ours)):
        if of_own[option] != of_ours[option] and not option.startswith("idmap config"):
            faults.append(
                "the host's own [global] sets `%s = %s`, and the program wants %s (`samba`): take that line out of %s, or leave the property out"
                % (option, of_own[option], of_ours[option], CONFIG)
            )
    faults += differences("the host's own [global]", {**of_ours, **of_own}, whole.get("global", {}))
    for section in own:
        if section != "global":
            faults += differences("the host's own share [%s]" % section, own[section], whole.get(section, {}))
    for section in ours:
        if section == "global":
            continue
        why = served_by_host(section, own)
        if why is not None:
            faults.append("share [%s]: %s" % (section, why))
            continue
        if section not in whole:
            faults.append("share [%s]: is not in effect" % section)
            continue
        options = set(whole[section]) | set(ours[section])
        found, wanted = (
            {option: part[section].get(option, preset.get(option)) for option in options}
            for part, preset in zip((whole, ours), presets)
        )
        faults += differences("share [%s]" % section, wanted, found)
    for section in set(whole) - set(own) - set(ours):
        faults.append("share [%s]: neither the host's own nor one of pvesmb" % section)
    if faults:
        stop("\n".join(faults))


VERBS = {"mount": mount, "exported": exported, "include": include, "included": included, "exclude": exclude, "effective": effective, "name": name}
VERBS[sys.argv[1]](*sys.argv[2:])

"""
Brings a gateway in step with its cluster: the accounts, groups and shares that are declared once. provider/ctdb/follow.ts has its settings
and what an object looks like. The cluster's objects are the lines of one file on the shared file system; the gateway's are files of its own,
one line each, and a copy of the cluster's file says that all of it is done here.
  follow SETTINGS          brings this gateway in step, while nobody else changes it
  follow SETTINGS held     the same, for who keeps others out already
  follow SETTINGS repair   as held, and undoes what was changed by hand
  follow SETTINGS publish  makes this gateway's objects the cluster's
  follow SETTINGS leave    removes all that is declared on the cluster from this gateway, which goes
  follow SETTINGS check    prints what is not in step, as a JSON list; changes nothing
"""
import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time

WAIT = 20  # seconds for a change by pvesmb on this gateway to end: less than CTDB gives its events


def read(path):
    with open(path, "rb") as file:
        return file.read()


def found(path):
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return read(path)
    return None


def put(path, data, mode):
    """-> whether it was otherwise."""
    with contextlib.suppress(FileNotFoundError):
        info = os.lstat(path)
        if (info.st_mode & 0o7777, info.st_uid) == (mode, os.getuid()) and found(path) == data:
            return False
    folder, name = os.path.split(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    new = os.path.join(folder, f".{name[:200]}.{os.getpid()}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        os.fchmod(handle, mode)
        file.flush()
        os.fsync(handle)
    os.rename(new, path)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    return True


def drop(path):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
        return True
    return False


class Cluster:
    def __init__(self, settings):
        self.settings = settings
        self.head = json.dumps({"v": 1, "cluster": settings["nonce"]}).encode() + b"\n"

    def wanted(self):
        """The cluster's file; None if nothing was ever declared."""
        mark = found(self.settings["owner"])
        if mark is None or self.settings["nonce"].encode() not in mark:
            sys.exit(f"{self.settings['owner']} does not say that this is the cluster's file system")
        data = found(self.settings["state"])
        if data is None or not data.startswith(b'{"v":') or data.startswith(self.head):
            return data
        head = json.loads(data.splitlines()[0])
        if head["v"] != 1:
            sys.exit(f"{self.settings['state']} is from a newer pvesmb; `pulumi up --refresh` of the CtdbVip installs it here")
        return None  # another cluster's, which is gone

    def own(self):
        folder = self.settings["objects"]
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        return {name: read(os.path.join(folder, name)) for name in names if name.endswith(".json") and not name.startswith(".")}

    def joined(self):
        own = self.own()
        return self.head + b"".join(own[name] for name in sorted(own))

    def is_in_step(self, wanted):
        applied = found(self.settings["applied"])
        if wanted is None:
            return applied is None
        return applied == wanted == self.joined()

    def publish(self):
        # Others have published since this gateway was in step: a rolled back batch repeats this, and must not undo their changes.
        if self.wanted() != found(self.settings["applied"]):
            return
        data = self.joined()
        put(self.settings["state"], data, 0o600)
        put(self.settings["applied"], data, 0o600)

    def follow(self, held, repair=False):
        wanted = self.wanted()
        if self.is_in_step(wanted) and not (repair and wanted):
            return
        if wanted is None:
            if held:  # what this gateway has becomes the cluster's again
                drop(self.settings["applied"])
                return
            sys.exit(f"{self.settings['state']} is missing; the next change by pvesmb writes it again")
        after, before = objects(wanted), self.before()
        drop(self.settings["applied"])
        for argv, fine in plan(after, before, passwd(), groups(), self.settings["account"]):
            run(argv, fine)
        if self.files(after, before, put_it=True):
            self.activate()
        names = {each["file"]: each["line"] for each in after}
        for name in set(self.own()) - set(names):
            drop(os.path.join(self.settings["objects"], name))
        for name, line in names.items():
            put(os.path.join(self.settings["objects"], name), line, 0o600)
        put(self.settings["applied"], wanted, 0o600)

    def leave(self):
        before = self.before()
        for argv, fine in plan([], before, passwd(), groups(), self.settings["account"]):
            run(argv, fine)
        self.files([], before, put_it=True)
        for name in self.own():
            drop(os.path.join(self.settings["objects"], name))
        self.activate()
        drop(self.settings["applied"])

    def before(self):
        applied = found(self.settings["applied"]) or b""
        known = {(each["kind"], each["name"]): each for each in objects(applied) + objects(b"".join(self.own().values()))}
        return list(known.values())

    def files(self, after, before, put_it):
        """-> the files that are otherwise; `put_it`: they are no more."""
        wanted = {path: each for one in after for path, each in one["files"].items()}
        others = {path for one in before for path in one["files"]} - set(wanted)
        if put_it:
            return [path for path in others if drop(path)] + [
                path for path, (mode, text) in wanted.items() if put(path, text.encode(), int(mode, 8))
            ]
        return [path for path in others if os.path.lexists(path)] + [
            path for path, (_, text) in wanted.items() if found(path) != text.encode()
        ]

    def assemblies(self):
        for step in self.settings["assemble"]:
            sources = [step, *step.get("more", [])]
            pieces = [whole_lines(piece) for source in sources for piece in pieces_in(source["from"], source["suffix"])]
            yield step, assembled(step, pieces, os.path.exists, read)

    def activate(self):
        changed = set()
        for step, data in self.assemblies():
            if step.get("newer"):
                with contextlib.suppress(FileNotFoundError):
                    if found(step["to"]) != data:
                        time.sleep(max(0, os.stat(step["to"]).st_mtime // 1 + 1 - time.time()))
            if drop(step["to"]) if data is None else put(step["to"], data, int(step["mode"], 8)):
                changed.add(step.get("id"))
        for words in (["smbd", "reload-config"], ["smbd", "ping"], *([["samba-dcerpcd", "shutdown"]] if "guests" in changed else [])):
            run(["smbcontrol", *words], None)  # it may not run: then it reads all of it when it starts

    def check(self):
        wanted = self.wanted()
        if wanted is None:
            return [] if self.is_in_step(None) else [f"{self.settings['state']}: missing"]
        after, before = objects(wanted), self.before()
        accounts = [f"{argv[0]} {argv[-1]}" for argv, _ in plan(after, before, passwd(), groups(), self.settings["account"])]
        served = [step["to"] for step, data in self.assemblies() if found(step["to"]) != data]
        faults = [*accounts, *sorted(self.files(after, before, put_it=False)), *served]
        return faults or ([] if self.is_in_step(wanted) else ["a change of the cluster"])


def pieces_in(folder, suffix):
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [read(os.path.join(folder, name)) for name in names if name.endswith(suffix) and not name.startswith(".")]


def objects(data):
    lines = [(line, json.loads(line)) for line in data.splitlines(keepends=True)]
    return [{**each, "line": line} for line, each in lines if "kind" in each]


def passwd():
    lines = [line.split(":") for line in read("/etc/passwd").decode("utf-8", "replace").splitlines()]
    return {each[0]: each[2:6] for each in lines if len(each) > 6}


def groups():
    lines = [line.split(":") for line in read("/etc/group").decode("utf-8", "replace").splitlines()]
    return {each[0]: [each[2], [name for name in each[3].split(",") if name]] for each in lines if len(each) > 3}


def plan(after, before, users_here, groups_here, account):
    """-> commands that make the accounts here those of the cluster, each with the exit codes that are fine."""
    users = {each["name"]: each for each in after if each["kind"] == "user"}
    listed = {each["name"]: each for each in after if each["kind"] == "group"}
    gone = [each for each in before if each["kind"] in ("user", "group") and each["name"] not in (users if each["kind"] == "user" else listed)]
    numbers = {name: each["gid"] for name, each in listed.items()}
    for each in users.values():
        numbers.update({each["name"]: each["gid"], **each["groups"]})
    leaving = [each["name"] for each in gone if each["kind"] == "user" and users_here.get(each["name"], [None])[0] == str(each["uid"])]
    steps = [(["userdel", "-f", name], (0,)) for name in leaving]
    # userdel removes a user's own group itself if nobody else is in it: 6.
    for each in gone:
        if each["name"] not in numbers and groups_here.get(each["name"], [None])[0] == str(each["gid"]):
            steps.append((["groupdel", each["name"]], (0, 6)))
    for name, gid in numbers.items():
        if name not in groups_here:
            steps.append((["groupadd", "-g", str(gid), name], (0,)))
        elif groups_here[name][0] != str(gid):
            sys.exit(f"the group {name} has the number {groups_here[name][0]} here and {gid} in the cluster; remove it here")
    for name, each in users.items():
        shown = ["-g", str(each["gid"]), "-d", each["home"], "-c", each["fullName"], name]
        here = users_here.get(name)
        if here is None:
            steps.append((["useradd", "-u", str(each["uid"]), *account, *shown], (0,)))
        elif here[0] != str(each["uid"]):
            sys.exit(f"the account {name} has the number {here[0]} here and {each['uid']} in the cluster; remove it here")
        elif here[1:] != [str(each["gid"]), each["fullName"], each["home"]]:
            steps.append((["usermod", *shown], (0,)))
    there = (set(users_here) - set(leaving)) | set(users)
    were = {name for each in before if each["kind"] == "user" for name in each["groups"]}
    own = {each["name"] for each in users.values()}
    for name in sorted((set(numbers) | (were & set(groups_here))) - own):
        now = [member for member in groups_here.get(name, [None, []])[1] if member not in leaving]
        if name in listed and listed[name]["members"] is not None:
            wanted = [member for member in listed[name]["members"] if member in there]
        else:
            stay = [member for member in now if member not in users or not users[member]["lists"]]
            wanted = stay + [each["name"] for each in users.values() if name in each["groups"]]
        if set(wanted) != set(now):
            steps.append((["gpasswd", "-M", ",".join(sorted(wanted)), name], (0,)))
    return steps


BUSY = 1, 8, 10  # another program writes the accounts, or smbd runs as the user for a moment


def run(argv, fine):
    for pause in (0.2, 0.5, 1, 2, 0):
        try:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=WAIT, check=False)
        except subprocess.TimeoutExpired:
            sys.exit(f"{' '.join(argv)}: still running after {WAIT} s")
        if fine is None or done.returncode in fine:
            return
        if done.returncode not in BUSY:
            break
        time.sleep(pause)
    sys.exit(f"{' '.join(argv)}: exit code {done.returncode}: {done.stderr.decode('utf-8', 'replace').strip()[-500:]}")


@contextlib.contextmanager
def alone(path):
    """While no batch of pvesmb runs on this gateway (hosts/executor)."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        end = time.monotonic() + WAIT
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    sys.exit("pvesmb is changing this gateway")
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def main(place, how="alone"):
    os.environ["LC_ALL"] = "C"
    os.umask(0o022)
    settings = json.loads(read(place))
    cluster = Cluster(settings)
    if how == "check":
        print(json.dumps(cluster.check()))
    elif how == "publish":
        cluster.publish()
    elif how == "leave":
        cluster.leave()
    elif how in ("held", "repair"):
        cluster.follow(held=True, repair=how == "repair")
    elif not cluster.is_in_step(cluster.wanted()):
        with alone(settings["lock"]):
            cluster.follow(held=False)


if __name__ == "__main__" and len(sys.argv) > 1:
    main(*sys.argv[1:])

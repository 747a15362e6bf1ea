"""Undo journal, in case we are killed: each entry is on disk before the change that it undoes."""
import contextlib
import json
import os
import sys
import time

import btrfs
import projects
from clock import ENDLESS, Failed, Planted, Stop, explain
from commands import run, said
from files import above, exists, in_use, look, remove, rename, restore, sync_dirs, temp_of
from ledger import keys_of, load, put_back, value_of

PLACE = sys.argv[2]
TOUCHES = {"write": "path", "directory": "path", "remove": "path", "assemble": "to"}
LEDGER = {"reserve", "remember"}
OTHERS = {"subvolume": btrfs.take_back, "project": projects.take_back}


def take_back(entries):
    """Undoes entries, last first. -> what could not be undone."""
    troubles = []
    for entry in reversed(entries):
        try:
            if entry["kind"] == "path":
                restore(entry["path"], entry["was"])
            elif entry["kind"] == "key":
                put_back(entry["file"], entry["keys"], entry["was"])
            elif entry["kind"] == "run":
                code, out, err = run(entry["argv"], ENDLESS, entry["stdin"], entry["env"], folder=entry.get("in"))
                if code:
                    troubles.append(" ".join(entry["argv"]) + ": " + (f"exit code {code}" if entry["quiet"] else said(code, out, err)))
            elif entry["kind"] in OTHERS:
                OTHERS[entry["kind"]](entry)
            elif entry["kind"] == "rename" and exists(entry["to"]) and not exists(entry["from"]):
                rename(entry["to"], entry["from"])
        except (FileNotFoundError, NotADirectoryError, Planted):
            pass  # its directory is gone or replaced: nothing is left to restore, and later batches must not be blocked by it
        except (OSError, Failed) as error:
            troubles.append(explain(error))
    return troubles


def destroy(place, clock):
    """Deletes a tree that was moved aside. -> what went wrong; the journal keeps it, and the next batch tries again."""
    try:
        with above(place) as (fd, name):
            # By file descriptor: a link planted in the path would lead rm elsewhere.
            code, out, err = run(["rm", "-rf", "--one-file-system", "--", f"/proc/{os.getpid()}/fd/{fd}/{name}"], clock, timeout=86400)
    except FileNotFoundError:
        return None
    except (Failed, Stop) as error:
        return f"moved to {place} and not wholly removed: {error}"
    return f"moved to {place} and not wholly removed: {said(code, out, err)}" if code else None


class Journal:
    def __init__(self, turn=None):
        """`turn`: of several hosts with the same data, whose turn it is."""
        self.turn = turn
        name = f"{time.time_ns()}-{os.getpid()}"
        in_use[0] = name
        self.name, self.file = os.path.join(PLACE, name), None
        self.waiting, self.known, self.doomed = [], set(), []
        self.places = {}  # directory -> what it is, for as long as it was not moved

    def moved(self, *paths):
        """What is known of all else stays: a batch that removes 50 shares would look at the directories of the rest 50 times."""
        tops = tuple(path + "/" for path in paths)
        for key in [key for key in self.places if f"{key if isinstance(key, str) else key[0]}/".startswith(tops)]:
            del self.places[key]

    def foresee(self, steps):
        """Records all paths up to the first rename, so that most batches sync their journal once; written only before the first change."""
        for step in steps:
            if step["do"] == "rename" or step.get("tree"):
                return
            if step["do"] in LEDGER:
                self.foresee_keys(step["file"], keys_of(step))
            path = step.get(TOUCHES.get(step["do"]))
            if path and path not in self.known:
                with contextlib.suppress(Failed, OSError):  # a path that cannot be saved fails its own step
                    self.waiting.append({"kind": "path", "path": path, "was": look(path)})
                    self.known.add(path)

    def foresee_keys(self, file, all_keys):
        with contextlib.suppress(Failed, OSError):
            for keys in [keys for keys in all_keys if (file, *keys) not in self.known]:
                self.waiting.append({"kind": "key", "file": file, "keys": keys, "was": value_of(load(file), keys)})
                self.known.add((file, *keys))

    def key(self, file, keys, was, unit):
        """Call it before a value in a file of several hosts is changed."""
        if (file, *keys) not in self.known:
            self.known.add((file, *keys))
            self.waiting.append({"kind": "key", "file": file, "keys": keys, "was": was, "unit": unit})
        if self.waiting:
            self.write()

    def path(self, path, key):
        """Call it before a path is changed."""
        if path not in self.known:
            self.known.add(path)
            self.waiting.append({"kind": "path", "path": path, "was": look(path), "unit": key})
        if self.waiting:
            self.write()

    def note(self, entry, key=None):
        self.waiting.append({**entry, "unit": key})
        self.write()

    def write(self):
        if self.file is None:
            os.makedirs(PLACE, 0o700, exist_ok=True)
            self.file = os.open(self.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            sync_dirs(PLACE)
            if self.turn is not None:
                self.waiting.insert(0, {"kind": "turn", "turn": self.turn})
        data = memoryview("".join(json.dumps(entry) + "\n" for entry in self.waiting).encode())
        while data:
            data = data[os.write(self.file, data) :]
        os.fdatasync(self.file)
        self.waiting = []

    def close(self, clock):
        """The point at which the batch is committed or completely rolled back. -> unit -> what could not be deleted."""
        sync_dirs()
        if self.doomed:
            self.note({"kind": "stands", "doomed": [place for place, _ in self.doomed]})
        if self.file is None:
            return {}
        os.close(self.file)
        troubles = {key: trouble for place, key in self.doomed for trouble in [destroy(place, clock)] if trouble}
        if not troubles:
            os.unlink(self.name)
            sync_dirs(PLACE)
        return troubles


def recover(clock, activate, turn=None):
    """Rolls back killed batches and resumes interrupted deletions. `turn`: the last one. -> how many batches were rolled back."""
    taken = 0
    for name in sorted(os.listdir(PLACE)) if os.path.isdir(PLACE) else []:
        path, entries = os.path.join(PLACE, name), []
        in_use[0] = name  # if this recovery is killed too, the next one finds what it left
        with open(path) as file, contextlib.suppress(ValueError):  # a torn last line: its change had not started
            for line in file:
                entries.append(json.loads(line))
        if entries and entries[-1]["kind"] == "stands":
            if [trouble for place in entries[-1]["doomed"] for trouble in [destroy(place, clock)] if trouble]:
                continue
        else:
            undo(entries, path, any(entry["kind"] == "turn" and entry["turn"] != turn for entry in entries))
            activate([step for entry in entries if entry["kind"] == "commit" for step in entry["steps"]])
            taken += 1
        sync_dirs()
        os.unlink(path)
        sync_dirs(PLACE)
    return taken


def undo(entries, path, others):
    """`others`: other hosts have changed the common data since. What a command would undo there may be theirs by now."""
    todo = []
    for entry in entries:
        if entry["kind"] in ("path", "key", "rename", "run", *OTHERS):
            todo.append(entry)
        elif entry["kind"] == "failed":
            todo.pop()
        elif entry["kind"] == "out":  # its commands were undone at that time
            todo = [each for each in todo if each["kind"] != "run" or each["unit"] != entry["unit"]]
        if entry["kind"] in ("path", "key"):
            with contextlib.suppress(OSError, Failed):
                remove(os.path.join(os.path.dirname(entry.get("path") or entry["file"]), temp_of(os.path.basename(path))))
    take_back([entry for entry in todo if entry["kind"] == "run" and not others])
    lost = take_back([entry for entry in todo if entry["kind"] != "run"])
    if lost:
        raise Failed(f"an earlier change was interrupted and cannot be rolled back: {'; '.join(lost)} (its journal: {path})")

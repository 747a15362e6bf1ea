"""Batches: the lock, the units with their savepoints, verify, commit."""
import fcntl
import os
import sys
import time

from asking import Faults, kept
from clock import ENDLESS, Failed, Stop, explain, gone, kind_of, since
from command_steps import prepare
from files import above, belongs, open_file
from journal import Journal, recover, take_back
from looks import gather
from scope import Scope

LOCK = sys.argv[1]
SHARED = sys.argv[3]  # a file with the path of a lock on a file system of several hosts


def label(step, i):
    return step.get("id") or f"{step['do']} #{i + 1}"


class Batch:
    def __init__(self, spec, clock, turn):
        self.units, self.checks, self.activation = spec["units"], spec["verify"], spec["commit"]
        self.clock, self.journal = clock, Journal(turn)
        self.live, self.scopes, self.results = [], {}, {}
        self.common = Scope(None, self.live, self.scopes, self.journal, clock)
        self.journal.foresee([step for unit in self.units for step in unit["steps"]] + self.checks + self.activation)

    def run(self):
        try:
            for unit in self.units:
                self.attempt(unit)
            self.verify()
            if self.live or not self.units:
                self.commit()
        except BaseException as error:
            self.clock.breakable = False
            self.take_out_all("", explain(error))
            self.journal.close(ENDLESS)
            raise
        for unit in self.live:
            scope = self.scopes[unit["key"]]
            self.results[unit["key"]] = {"ok": True, "changed": scope.changed, "steps": scope.results}
        self.clock.breakable = True
        for key, trouble in self.journal.close(self.clock).items():
            self.results[key] = {"ok": False, "step": "remove", "message": trouble, "kind": "RemoteFailed", "steps": self.results[key]["steps"]}
        return {"units": self.results, "steps": self.common.results}

    def attempt(self, unit):
        scope = self.scopes[unit["key"]] = Scope(unit["key"], self.live, {}, self.journal, self.clock)
        self.live.append(unit)
        for i, step in enumerate(unit["steps"]):
            try:
                scope.do(step)
            except Exception as error:
                self.take_out(unit["key"], label(step, i), explain(error), kind_of(error))
                return

    def verify(self):
        while any(unit.get("asks") for unit in self.live):
            for i, step in enumerate(self.checks):
                try:
                    self.common.do(step)
                except Faults as faults:
                    for key, reason in reversed(list(faults.reasons.items())):
                        self.take_out(key, label(step, i), reason)
                    break
                except Exception as error:
                    self.take_out_all(label(step, i), explain(error))
                    break
            else:
                return
        if not self.live:
            self.take_out_all("", "")

    def commit(self):
        """Not interruptible: it is short, and half of it would be worse than all or nothing. Its commands run only if something changed."""
        self.clock.breakable = False
        commands = [step for step in self.activation if step["do"] == "run"]
        begun = False
        for i, step in enumerate(self.activation):
            if step["do"] == "run" and not self.common.touched():
                continue
            try:
                if step["do"] == "run" and not begun and self.journal.file is not None:
                    self.journal.note({"kind": "commit", "steps": commands})
                begun = begun or step["do"] == "run"
                self.common.do(step)
            except Exception as error:
                again = [command for command in commands if begun and self.common.due(command)]
                out, message = list(self.live), explain(error)
                self.take_out_all(label(step, i), message)
                troubles = self.common.repeat(again)
                also = f" (activating the old state again failed too: {'; '.join(troubles)})" if troubles else ""
                for unit in out:
                    self.results[unit["key"]]["message"] += also
                if not out:
                    raise Failed(f"{label(step, i)}: {message}{also}") from None
                return

    def take_out(self, key, step, message, kind="RemoteFailed"):
        """Rolls back a failed unit. A path that a later unit has changed since is left to that unit's rollback."""
        order = list(self.scopes)
        later = [self.scopes[other] for other in order[order.index(key) + 1 :]]
        scope = self.scopes.pop(key)
        self.journal.places.clear()
        self.live[:] = [unit for unit in self.live if unit["key"] != key]
        mine = []
        for entry in scope.undo:
            heir = next((each for other in later for each in other.undo if entry["kind"] == each["kind"] == "path" and entry["path"] == each["path"]), None)
            if heir:
                heir["was"] = entry["was"]
            else:
                mine.append(entry)
        troubles = take_back(mine)
        self.journal.doomed[:] = [each for each in self.journal.doomed if each[1] != key]
        if self.journal.file is not None:
            self.journal.note({"kind": "out"}, key)
        undone = f" (not undone: {'; '.join(troubles)})" if troubles else ""
        self.results[key] = {"ok": False, "step": step, "message": message + undone, "kind": kind, "steps": scope.results}

    def take_out_all(self, step, message):
        for unit in reversed(list(self.live)):
            self.take_out(unit["key"], step, message)
        take_back(self.common.undo)
        self.common.undo.clear()
        self.journal.doomed.clear()


def locks(clock):
    """This host's lock, then that of all hosts with the same data and accounts, if this host is one of several."""
    # In a directory of root's: elsewhere others could create the file first and keep it locked.
    os.makedirs(os.path.dirname(LOCK), mode=0o700, exist_ok=True)
    held = [os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)]
    try:
        wait(held[0], fcntl.flock, "this host", clock)
        shared = shared_lock()
        if shared is not None:
            held.append(shared)
            # lockf: file systems of several hosts that know only one kind of locks know these.
            wait(shared, fcntl.lockf, "a host with the same data", clock)
    except BaseException:
        release(held)
        raise
    return held


def release(held):
    for handle in reversed(held):
        os.close(handle)


def wait(handle, take, what, clock):
    began = time.monotonic()
    while True:
        try:
            return take(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # fcntl(2): either
            if gone.is_set():
                raise Stop("the connection was lost") from None
            if clock.left() <= 0:
                raise Failed(f"another deployment has been changing {what} for {time.monotonic() - began:.0f} s", "Busy") from None
        time.sleep(0.01)


def shared_lock():
    try:
        with open_file(SHARED) as file:
            path = file.read().decode().strip()
    except FileNotFoundError:
        return None
    try:
        with above(path) as (folder, name):
            return os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600, dir_fd=folder)
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}; hosts with the same data take turns by this file, which {SHARED} names") from None


def last_turn(held):
    """The text in the lock of several hosts; None on a host that stands alone."""
    return os.pread(held[1], len(new_turn()), 0).decode("ascii", "replace") if len(held) > 1 else None


def take_turn(held):
    turn = new_turn() if len(held) > 1 else None
    if turn is not None:
        os.pwrite(held[1], turn.encode(), 0)
    return turn


def new_turn():
    return os.urandom(16).hex()


def prepare_ends(spec):
    """Starts the commands that end every batch for this host, while the units of this batch, or of a likely next one, run."""
    prepare([step for step in spec["verify"] + spec["commit"] if not (step["do"] == "ask" and kept)])


def batch(spec, clock):
    asked = time.monotonic()
    held = locks(clock)
    try:
        began, waited = time.monotonic(), since(asked)
        recovered = recover(clock, lambda steps: Scope(None, [], {}, Journal(), ENDLESS).repeat(steps), last_turn(held))
        guard = spec.get("guard")
        if guard and not belongs(guard["path"], guard["fields"], guard["value"]):
            raise Failed(f"{guard['path']} does not have the expected mark: this host is no longer that gateway, or belongs to another one", "Conflict")
        prepare_ends(spec)
        result = Batch(spec, clock, take_turn(held)).run()
    finally:
        release(held)
    if "look" in spec:
        result["look"] = gather(spec["look"], clock)
    return {**result, "recovered": recovered, "ms": since(began), "waitedMs": waited}

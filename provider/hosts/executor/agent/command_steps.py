"""Steps that run commands."""
import re
import time

from clock import Failed
from commands import Absent, Pipe, begin_ahead, run, said, shown

PAUSES = 0.2, 0.4, 0.8, 1.6, 2, 0  # seconds before a command is tried again


def is_pipe(part):
    return isinstance(part, dict) and "pipe" in part


def words(scope, argv):
    return [Pipe(scope.text(part["pipe"])) if is_pipe(part) else scope.text(part) for part in argv]


def prepare(steps):
    """Starts commands ahead: those that run in any case and whose arguments are known, except for the text of their pipes."""
    for step in steps:
        if step["do"] in ("run", "ask") and "ifChanged" not in step and "in" not in step:
            argv = next(step[field] for field in ("unless", "onlyIf", "argv") if field in step)
            if all(isinstance(part, str) or is_pipe(part) for part in argv):
                begin_ahead(tuple(None if is_pipe(part) else part for part in argv))


def do_run(scope, step):
    argv = words(scope, step["argv"])
    env, timeout, quiet, folder = step.get("env"), step.get("timeout", 60), step.get("quiet", False), step.get("in")
    for guard in ("unless", "onlyIf"):
        if guard in step:
            succeeds = run(words(scope, step[guard]), scope.clock, "", env, timeout, folder=folder)[0] == 0
            if succeeds == (guard == "unless"):
                return {"changed": False}
    stdin, undo = scope.text(step.get("stdin", "")), None
    if "undo" in step:
        how = [scope.text(part) for part in step["undo"]]
        undo = {"kind": "run", "argv": how, "stdin": scope.text(step.get("undoStdin", "")), "env": env, "quiet": quiet, "in": folder}
        scope.journal.note(undo, scope.key)
    try:
        for pause in PAUSES:
            code, out, err = run(argv, scope.clock, stdin, env, timeout, folder=folder)
            if code not in step.get("again", ()):
                break
            time.sleep(pause)
    except Absent:
        if step.get("absent") != "skip":
            raise
        return {"changed": False}
    fault = re.search(step["failIf"], out + err, re.M) if "failIf" in step else None
    fine = code in step.get("ok", [0]) and not fault
    if not fine:
        if undo:
            scope.journal.note({"kind": "failed"}, scope.key)
        if "message" in step:
            raise Failed(f"{step['message']}: {fault[0]}" if fault and not quiet else step["message"])
        raise Failed(f"{shown(argv)}: " + (f"exit code {code}" if quiet else said(code, out, err)))
    if undo:
        scope.undo.append(undo)
    changes = step.get("changes", True)
    found = re.search(step["take"], out, re.M) if "take" in step else None
    value = (found[1] if found else "") if "take" in step else out.strip()
    result = {"changed": bool(re.search(changes, out, re.M)) if isinstance(changes, str) else changes, "code": code, "value": value}
    return {**result, "quiet": True} if quiet else {**result, "stdout": out, "stderr": err}

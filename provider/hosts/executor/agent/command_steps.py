"""Steps that run commands and daemons."""
import contextlib
import os
import re
import socket
import subprocess
import time

from clock import Failed, explain
from commands import end, run, said, spawn


def do_run(scope, step):
    argv = [scope.text(part) for part in step["argv"]]
    env, timeout, quiet = step.get("env"), step.get("timeout", 60), step.get("quiet", False)
    for guard in ("unless", "onlyIf"):
        if guard in step:
            succeeds = run([scope.text(part) for part in step[guard]], scope.clock, "", env, timeout)[0] == 0
            if succeeds == (guard == "unless"):
                return {"changed": False}
    stdin, undo = scope.text(step.get("stdin", "")), None
    if "undo" in step:
        how = [scope.text(part) for part in step["undo"]]
        undo = {"kind": "run", "argv": how, "stdin": scope.text(step.get("undoStdin", "")), "env": env, "quiet": quiet}
        scope.journal.note(undo, scope.key)
    code, out, err = run(argv, scope.clock, stdin, env, timeout)
    fine = code in step.get("ok", [0]) and not ("failIf" in step and re.search(step["failIf"], out + err, re.M))
    if "answers" in step:
        answers = list(re.finditer(step["answers"], out, re.M))
        if fine or answers:
            scope.hear(answers)
    if not fine:
        if undo:
            scope.journal.note({"kind": "failed"}, scope.key)
        raise Failed(step.get("message") or f"{' '.join(argv)}: " + (f"exit code {code}" if quiet else said(code, out, err)))
    if undo:
        scope.undo.append(undo)
    changes = step.get("changes", True)
    found = re.search(step["take"], out, re.M) if "take" in step else None
    value = (found[1] if found else "") if "take" in step else out.strip()
    result = {"changed": bool(re.search(changes, out, re.M)) if isinstance(changes, str) else changes, "code": code, "value": value}
    return {**result, "quiet": True} if quiet else {**result, "stdout": out, "stderr": err}


daemons = {}  # name -> (argv, process)


def accepts(port):
    """Whether somebody listens. Linux may give a connection to a free port that very port as its own: it then reaches itself."""
    with contextlib.suppress(OSError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # Otherwise such a connection bars the port for a minute.
        probe.settimeout(1)
        probe.connect(("127.0.0.1", port))
        return probe.getsockname() != probe.getpeername()
    return False


def do_daemon(scope, step):
    name, port, argv = step["name"], step["port"], step["argv"]
    before, process = daemons.get(name, (None, None))
    if before == argv and process.poll() is None and accepts(port):
        return {"changed": False}
    if process:
        end(process)
    if accepts(port):
        raise Failed(f"port {port} on loopback, wanted for {name}, is in use")
    with open(os.memfd_create(name), "w+b") as log:
        try:
            process = spawn(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        except OSError as error:
            raise Failed(explain(error)) from None
        daemons[name] = (argv, process)
        until = time.monotonic() + step.get("timeout", 10)
        while process.poll() is not None or not accepts(port):
            scope.clock.check()
            if process.poll() is not None or time.monotonic() > until:
                end(process)
                log.seek(0)
                raise Failed(f"{' '.join(argv)}: not listening on port {port}; {said(process.poll(), log.read().decode('utf-8', 'replace'))}")
            time.sleep(0.01)
    return {"changed": False}


def end_daemons():
    for _, process in daemons.values():
        end(process)

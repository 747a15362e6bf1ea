"""Daemons: processes that live as long as the agent, one of each name."""
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

from clock import Failed, explain
from command_steps import words
from commands import end, run, said, spawn

daemons = {}  # name -> (argv, process)


def accepts(port):
    """Whether the port is in use. Linux may pick the free target port as source port; the connection then reaches itself."""
    with contextlib.suppress(OSError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # otherwise such a connection blocks the port for a minute
        probe.settimeout(1)
        probe.connect(("127.0.0.1", port))
        return probe.getsockname() != probe.getpeername()
    return False


def record(name):
    return f"{sys.argv[1]}.{name}"


def born(pid):
    """Start time of a process in clock ticks, which makes its pid unique; None if it has ended."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            state, *facts = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in "ZX" else facts[18]


def end_other(name):
    """Ends another deployment's daemon of that name. We hold the lock, so it is idle; its agent restarts it when needed."""
    with contextlib.suppress(OSError, ValueError):
        with open(record(name)) as file:
            pid, birth = file.read().split()
        for signum in (signal.SIGTERM, signal.SIGKILL):
            until = time.monotonic() + 1
            if born(pid) == birth:
                os.killpg(int(pid), signum)
            while born(pid) == birth and time.monotonic() < until:
                time.sleep(0.01)


def do_daemon(scope, step):
    name, port, argv = step["name"], step["port"], step["argv"]
    before, process = daemons.get(name, (None, None))
    if before == argv and process.poll() is None:
        return {"changed": False}
    if process:
        end(process)
    end_other(name)
    if accepts(port):
        raise Failed(f"port {port} on loopback, needed for {name}, is in use")
    with open(os.memfd_create(name), "w+b") as log:
        try:
            process = spawn(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        except OSError as error:
            raise Failed(explain(error)) from None
        daemons[name] = (argv, process)
        with open(record(name), "w") as file:
            file.write(f"{process.pid} {born(process.pid)}")
        until = time.monotonic() + step.get("timeout", 10)
        while process.poll() is not None or not accepts(port) or ("ready" in step and run(words(scope, step["ready"]), scope.clock)[0] != 0):
            scope.clock.check()
            if process.poll() is not None or time.monotonic() > until:
                fault = "not ready" if accepts(port) else "not listening"
                end(process)
                log.seek(0)
                raise Failed(f"{' '.join(argv)}: {fault} on port {port}; {said(process.poll(), log.read().decode('utf-8', 'replace'))}")
            time.sleep(0.01)
    return {"changed": False}


def end_daemons():
    for _, process in daemons.values():
        end(process)

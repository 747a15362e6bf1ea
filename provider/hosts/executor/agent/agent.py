"""
The remote executor: changes to a host as data; what requests and steps mean is said in provider/hosts/batch.ts. Python 3.9 to 3.13,
standard library. Sent by executor.ts with the modules beside it; then one JSON request per line on stdin, one JSON reply per line on
stdout. It ends with its stdin and takes daemons and running commands with it; a batch under way is taken back before. A batch that is
killed outright is taken back by the next one, from the journal. Arguments: lock file, directory of journals.
"""
import contextlib
import json
import os
import queue
import signal
import sys
import threading

from batch import batch, prepare_ends
from clock import Clock, Stop, explain, gone, kind_of, leave
from daemons import end_daemons
from looks import gather

jobs = queue.SimpleQueue()
speaking = threading.Lock()


def say(message):
    with speaking, contextlib.suppress(OSError):
        sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
        sys.stdout.buffer.flush()


def answer(function, request):
    try:
        say({"id": request["id"], "ok": function(request["spec"], Clock(request["seconds"]))})
    except (Exception, Stop) as error:
        kind = "Timeout" if isinstance(error, Stop) else kind_of(error)
        say({"id": request["id"], "error": {"kind": kind, "message": explain(error)}})


# Longer than a batch takes to be taken back. What is cut off even then, the next agent takes back from the journal.
LAST = 300


def stop(*_):
    leave()
    watchdog = threading.Timer(LAST, os._exit, (1,))  # a step that blocks must not keep the lock for ever
    watchdog.daemon = True
    watchdog.start()
    jobs.put(None)


def listen():
    try:
        for line in sys.stdin.buffer:
            request = json.loads(line)
            if request["do"] == "batch":
                jobs.put(request)
            elif request["do"] == "gather":  # beside a batch: it takes no lock
                threading.Thread(target=answer, args=(gather, request), daemon=True).start()
            else:
                say({"id": request["id"], "ok": {}})
    finally:
        stop()


os.umask(0o022)
for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(signum, stop)
threading.Thread(target=listen, daemon=True).start()
say({"id": 0, "ok": {}})
# Batches run in this thread: PR_SET_PDEATHSIG fires when the thread that started a process ends, and this one ends last.
while not gone.is_set():
    job = jobs.get()
    if job is not None:
        answer(batch, job)
        prepare_ends(job["spec"])
end_daemons()
os._exit(0)

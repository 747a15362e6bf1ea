"""
The remote executor: changes to a host as data; provider/hosts/batch.ts documents requests and steps. Python 3.9 to 3.13, standard library.
executor.ts sends it with the modules beside it, then one JSON request per line on stdin; replies are one JSON object per line on stdout.
When stdin ends, it rolls back a running batch and exits with its daemons and commands. If it is killed, the next batch rolls back from the
journal. Arguments: lock file, directory of journals, file that names a lock of several hosts.
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


# Longer than a rollback takes. If it is cut off even so, the next agent rolls back from the journal.
LAST = 300


def stop(*_):
    leave()
    watchdog = threading.Timer(LAST, os._exit, (1,))  # a blocked step must not keep the lock for ever
    watchdog.daemon = True
    watchdog.start()
    jobs.put(None)


def listen():
    try:
        for line in sys.stdin.buffer:
            request = json.loads(line)
            if request["do"] == "batch":
                jobs.put(request)
            elif request["do"] == "gather":  # in parallel to a batch: it takes no lock
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
# Batches run in this thread, which ends last: PR_SET_PDEATHSIG fires when the thread that started a process ends.
while not gone.is_set():
    job = jobs.get()
    if job is not None:
        answer(batch, job)
        prepare_ends(job["spec"])
end_daemons()
os._exit(0)

"""Whether a directory is the same on all gateways, with locks that hold between them.

Started on all of them at once, with {"directory", "lock", "nonce", "me", "count"} on stdin. They meet in the directory itself: each renames a
file into it and waits for those of the others; the first locks a file beside the cluster's lock, and the others try. Prints {"faults", ...}.
"""

import errno
import fcntl
import json
import os
import sys
import time

given = json.load(sys.stdin)
directory, lock, me, count = given["directory"], given["lock"], given["me"], given["count"]
prefix = os.path.join(directory, ".pvesmb-check-" + given["nonce"])
faults = []
answer = {"faults": faults}
end = time.monotonic() + given.get("wait", 20)


def place(word, number):
    return "%s-%s-%d" % (prefix, word, number)


def put(word):
    path = place(word, me)
    with open(path + ".new", "w") as file:
        file.write(str(me))
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".new", path)


def says(word, number):
    try:
        with open(place(word, number)) as file:
            return file.read() == str(number)
    except OSError:
        return False


def missing(word, numbers):
    left = list(numbers)
    while left and time.monotonic() < end:
        left = [number for number in left if not says(word, number)]
        if left:
            time.sleep(0.05)
    return left


def forget(path):
    try:
        os.unlink(path)
    except OSError:
        pass


def tidy(ending=""):
    for name in os.listdir(directory):
        if name.startswith(os.path.basename(prefix)) and name.endswith(ending):
            forget(os.path.join(directory, name))


def locked(path):
    """None: refused; otherwise the open file, which has the lock."""
    file = open(path, "a")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file
    except OSError as error:
        file.close()
        if error.errno in (errno.EACCES, errno.EAGAIN):
            return None
        raise


def examine():
    if not os.path.isdir(directory):
        faults.append(["directory", "is not a directory"])
        return
    put("here")
    unseen = missing("here", range(count))
    if unseen:
        answer["unseen"] = unseen
        return
    found = os.stat(place("here", 0))
    answer["file"] = [found.st_dev, found.st_ino]
    folder = os.path.dirname(lock)
    if folder.startswith(directory + "/"):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    if not os.path.isdir(folder):
        faults.append(["lock", "there is no directory " + folder])
        put("ready" if me == 0 else "tried")
        return
    probe = lock + ".pvesmb-check"
    if me == 0:
        held = locked(probe)
        if held is None:
            faults.append(["lock", "somebody else has locked " + probe])
        put("ready")
        missing("tried", range(1, count))
        forget(probe)
    else:
        if missing("ready", [0]):
            faults.append(["lock", "the first gateway did not lock " + probe])
            return
        if locked(probe) is not None:
            faults.append(["lock", "the first gateway's lock does not hold here"])
            forget(probe)
        put("tried")


try:
    examine()
except OSError as error:
    faults.append(["directory", str(error)])
# A file that goes while another gateway still looks for it would count as not shared. So the first one waits for all, and takes them away.
if os.path.isdir(directory):
    if "unseen" in answer:
        tidy("-%d" % me)
    else:
        put("done")
        if me == 0:
            missing("done", range(count))
            tidy()
print(json.dumps(answer))

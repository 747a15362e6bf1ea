"""
Many quotas over many days, on an injected clock. Every recorded sample is also kept here; at the end the collector's history is compared
with averages of these samples. Prints figures as JSON. argv: program folder, data folder, quotas, days.
"""
import json
import os
import resource
import sys
import time
from array import array
from itertools import islice, repeat
from operator import add, mul

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from history import COUNT, HOUR, MAX, MIN, NONE, QUARTER, SAMPLE_SECONDS, SUM, History  # noqa: E402

folder, quotas, days = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
START = 20_000 * 86400
STEPS = days * 86400 // SAMPLE_SECONDS


bases = [q + 1 << 30 for q in range(quotas)]
rates = [(q + 1) * 1000 for q in range(quotas)]
limits = [1 << 40] * quotas
noise = [(i * i * 15485863 + i * 104729) % 1_000_003 for i in range(8191 + quotas)]


def used(step):
    """Grows with noise, differently for each quota. A few quotas have gaps."""
    return list(map(add, map(add, bases, map(mul, rates, repeat(step))), islice(noise, step % 8191, step % 8191 + quotas)))


def gap(step, q):
    return q % 10 == 3 and step % 50 < 5


history = History(folder)
assert not history.open(quotas)
since, raw = dict.fromkeys(range(quotas), 0), []
began, spent = time.monotonic(), 0.0
for step in range(STEPS + 1):
    now = START + step * SAMPLE_SECONDS + step % 17
    values = used(step)
    raw.append(array("Q", (NONE if gap(step, q) else values[q] for q in range(quotas)) if step % 50 < 5 else values))
    readings = dict(enumerate(zip(values, limits, range(quotas))))
    if step % 50 < 5:
        readings = {q: value for q, value in readings.items() if not gap(step, q)}
    cpu = time.process_time()
    history.record(now, readings, since)
    spent += time.process_time() - cpu
end = START + STEPS * SAMPLE_SECONDS


def wrong(ring, seconds):
    """Compares every number of every expected row and counts the differences."""
    compared = faults = 0
    parts = seconds // SAMPLE_SECONDS
    current = end // seconds
    for span in range(max(START // seconds, current - ring.rows), current):
        first = (span * seconds - START) // SAMPLE_SECONDS
        rows, kept = raw[first : first + parts], ring.get(span)
        if kept is None:
            faults += quotas
            continue
        fields = kept[1]
        for q, values in enumerate(zip(*rows)):
            values = [value for value in values if value != NONE]
            wanted = (len(values), sum(values), min(values), max(values)) if values else (NONE,) * 4
            compared += 1
            faults += wanted != tuple(fields[field][q] for field in (COUNT, SUM, MIN, MAX))
    return compared, faults


def samples():
    compared = faults = 0
    for span in range(end // SAMPLE_SECONDS - history.samples.rows + 1, end // SAMPLE_SECONDS + 1):
        row = history.samples.get(span)
        compared += quotas
        faults += quotas if row is None else sum(a != b for a, b in zip(row[1][0], raw[span - START // SAMPLE_SECONDS]))
    return compared, faults


checks = {"samples": samples(), "hours": wrong(history.hours, HOUR), "quarters": wrong(history.quarters, QUARTER)}
print(json.dumps({
    "seconds": time.monotonic() - began,
    "recordSeconds": spent,
    "rounds": STEPS + 1,
    "bytes": sum(os.stat(ring.path).st_blocks * 512 for ring in history.rings),
    "memoryMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    "compared": {name: compared for name, (compared, _) in checks.items()},
    "wrong": {name: faults for name, (_, faults) in checks.items()},
}))  # fmt: skip

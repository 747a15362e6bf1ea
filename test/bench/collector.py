"""
CPU seconds of whole rounds, each in a process of its own, including Python's start. Quotas with hours of history compute their trend in each
round, so the program first creates 14 hours of history. argv: program folder, root folder, rounds. Prints {"cpu": [...], "report": seconds}.
"""
import json
import os
import subprocess
import sys

program, root, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
CALL = """
import json, sys
sys.path.insert(0, sys.argv[1])
import collect
places = collect.Places(sys.argv[2])
places.metrics = places.metrics[:1]
if sys.argv[3] == "past":
    collect.alerts.journal = lambda *_: None
    for i in range(12 * 14):
        collect.collect(places, float(sys.argv[4]) + i * 300)
elif sys.argv[3] == "report":
    print(json.dumps(collect.report(places, float(sys.argv[4]))))
else:
    collect.collect(places, float(sys.argv[4]))
"""
START = 1_800_000_000


def call(mode, now):
    """-> CPU seconds of the process, including Python's start"""
    before = os.times()
    subprocess.run(["/usr/bin/python3", "-I", "-X", "utf8", "-c", CALL, program, root, mode, str(now)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


call("past", START)
now = START + 12 * 14 * 300
cpu = [call("round", now + i * 300) for i in range(rounds)]
print(json.dumps({"cpu": cpu, "report": call("report", now + rounds * 300)}))

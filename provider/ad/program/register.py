"""Registers this host's names in the DNS of its domain, by its computer account (`net ads dns register`)."""
import json
import os
import subprocess
import sys
import time

ENTRIES = "/var/lib/pvesmb/domain-dns.d"
PAUSES = 0, 2, 4, 8  # seconds: a new account may not have reached the server of the zone yet


def register(name, addresses):
    argv = ["net", "ads", "dns", "register", "-P", "--force", name, *addresses]
    for pause in PAUSES:
        time.sleep(pause)
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
        if done.returncode == 0:
            return None
    return (done.stderr.strip() or done.stdout.strip())[-500:]


def main():
    faults = []
    for name in sorted(os.listdir(ENTRIES)):
        if name.endswith(".json"):
            with open(os.path.join(ENTRIES, name), encoding="utf-8") as file:
                entry = json.load(file)
            told = ((each, register(each, entry["addresses"])) for each in entry["names"])
            faults += [f"{each}: {fault}" for each, fault in told if fault is not None]
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


main()

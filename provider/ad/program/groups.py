"""
Groups of a user of the domain, as winbind has them: also those that hold the user by way of others.

stdin: {"sid": SID}; stdout: a JSON list of {"sid", "name", "gid"}. Nothing is changed.
"""
import concurrent.futures
import json
import re
import subprocess
import sys

SECONDS = 20
AT_ONCE = 8


def said(*argv):
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        sys.exit(1)
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def name_of(sid):
    found = re.search(r"^(.+) \d+$", said("wbinfo", f"--sid-to-name={sid}"), re.M)
    return found and found[1]


def main():
    own = json.load(sys.stdin)["sid"]
    sids = [sid for sid in re.findall(r"^(S-\S+)$", said("wbinfo", f"--user-sids={own}"), re.M) if sid != own]
    gids = {}
    if sids:
        lines = said("wbinfo", "--sids-to-unix-ids=" + ",".join(sids))
        gids = {sid: int(gid) for sid, gid in re.findall(r"^(S-\S+) -> (?:uid/)?gid (\d+)$", lines, re.M)}
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        names = pool.map(name_of, sids)
    json.dump([{"sid": sid, "name": name, "gid": gids.get(sid)} for sid, name in zip(sids, names)], sys.stdout)


main()

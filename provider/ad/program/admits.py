"""
Whether a session may begin: run by PAM (pam_exec) at each login to smbd, after the login itself was good. Local accounts may, accounts of the
domain only if they are, or are in, one of those listed. What cannot be found out is refused.

The groups are those of this very login: winbindd keeps what the controller, or the ticket, said of the user (netsamlogon_cache.tdb). So it
needs no controller, and groups within groups count. Only who is not let in by that is asked for once more.
"""
import json
import os
import pwd
import re
import subprocess
import sys
import syslog

LIST = "/etc/samba/pvesmb/allowed.json"
SID = re.compile(r"\bS-1-[0-9-]+\b")


def sids_in(*argv):
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return set()
    return set(SID.findall(done.stdout.decode("utf-8", "replace"))) if done.returncode == 0 else set()


def sid_of(uid, domain, low):
    """By the number's place in the range, or, where the directory has the numbers, as winbindd has kept it since the login."""
    if low is not None:
        return f"{domain}-{uid - low}"
    for sid in sids_in("wbinfo", f"--uid-to-sid={uid}"):
        return sid
    raise ValueError(f"winbindd has no SID of {uid}")


def admitted(user):
    with open(LIST, encoding="utf-8") as file:
        wish = json.load(file)
    allowed = set(wish["sids"])
    own = sid_of(pwd.getpwnam(user).pw_uid, wish["domain"], wish.get("low"))
    return bool(
        own in allowed or allowed & sids_in("net", "cache", "samlogon", "show", own) or allowed & sids_in("wbinfo", f"--user-sids={own}")
    )


def main():
    user = os.environ.get("PAM_USER", "")
    if os.environ.get("PAM_TYPE") != "open_session" or "\\" not in user:
        return 0
    try:
        if admitted(user):
            return 0
        why = "is in none of the groups that AdDomain's allowedGroups names"
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"cannot be looked up ({error})"
    syslog.openlog("pvesmb", 0, syslog.LOG_AUTHPRIV)
    syslog.syslog(syslog.LOG_NOTICE, f"{user!r} is refused: it {why}")
    return 1


sys.exit(main())

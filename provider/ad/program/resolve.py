"""
Asks winbind on a member of a domain who names and SIDs are, all in one go.

stdin: {"names": [{"name": text, "before": SID or absent}]}; stdout: a JSON object (resolution.ts). Nothing is changed, and nothing in a name
reaches a shell, an option or an LDAP filter as more than a name.
"""
import concurrent.futures
import difflib
import json
import re
import subprocess
import sys
import threading

SECONDS = 20  # for one question; winbind answers within milliseconds unless it is looking for a controller
AT_ONCE = 8
LOOKALIKES = 3
SID = re.compile(r"s-1(-(0x)?[0-9a-f]+)+", re.I)
USER, ACCOUNTS = (1, 9), (1, 2, 4, 5, 9)  # lsa_SidType, [MS-LSAT] 2.2.13: users and computers; with groups of all kinds


class Away(Exception):
    """An answer took too long: there is no use in asking for more."""


away = threading.Event()  # for the questions that wait their turn


def run(*argv):
    """-> (exit code, stdout), or None if there is no such program."""
    if away.is_set():
        raise Away
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    except FileNotFoundError:
        return None
    except subprocess.TimeoutExpired:
        away.set()
        raise Away from None
    return done.returncode, done.stdout.decode("utf-8", "replace")


def membership():
    """-> (the domain that this host is a member of, why there is none). Needs no controller: winbind has it from secrets.tdb."""
    said = run("wbinfo", "--own-domain")
    if said is None:
        return None, "absent"
    if said[0] != 0:
        return None, "down"
    name = said[1].strip()
    code, out = run("wbinfo", "--domain-info=" + name)
    facts = dict(re.split(r"\s*: ", line, maxsplit=1) for line in out.splitlines() if ": " in line)
    if code != 0 or facts.get("Primary") != "Yes":
        # Without winbind, wbinfo takes its own domain from smb.conf.
        return None, "alone" if run("wbinfo", "--ping")[0] == 0 else "down"
    return {"name": name, "dns": facts.get("Alt_Name", "")}, None


def sid_of(name):
    """-> (SID, type), or None."""
    if SID.fullmatch(name):
        found = name_of(name)
        return found and (name, found[1])
    code, out = run("wbinfo", "--name-to-sid=" + name)
    found = re.search(r"^(S-\S+) SID_\S+ \((\d+)\)$", out, re.M)
    return (found[1], int(found[2])) if code == 0 and found else None


def name_of(sid):
    """-> (name as DOMAIN\\name, type), or None."""
    code, out = run("wbinfo", "--sid-to-name=" + sid)
    found = re.search(r"^(.+) (\d+)$", out, re.M)
    return (found[1], int(found[2])) if code == 0 and found and int(found[2]) in ACCOUNTS else None


def escaped(text):
    return re.sub(r"[\\*()\0]", lambda sign: f"\\{ord(sign[0]):02x}", text)  # RFC 4515, 3


def entries(pattern, *attributes):
    """What the directory has, asked as the machine itself. -> dicts of attributes in lower case, with their last values."""
    said = run("net", "ads", "search", "-P", pattern, *attributes)
    if said is None or said[0] != 0:
        return []
    blocks = (dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in said[1].split("\n\n"))
    return [{name.lower(): value for name, value in block.items()} for block in blocks if block]


def by_login(names):
    """
    Login names that users were given (userPrincipalName), of whatever suffix: winbind takes a suffix for a domain, so it knows only those that
    are one, and would take the name before it for an account's.
    """
    if not names:
        return {}
    found = entries("(|" + "".join(f"(userPrincipalName={escaped(name)})" for name in names) + ")", "objectSid", "userPrincipalName")
    whose = {}
    for entry in found:
        if "objectsid" in entry:
            whose.setdefault(entry.get("userprincipalname", "").casefold(), set()).add(entry["objectsid"])
    return {name: sids.copy().pop() for name in names for sids in [whose.get(name.casefold(), set())] if len(sids) == 1}


def bare(name):
    return name.rsplit("\\", 1)[-1] if "\\" in name else name.rsplit("@", 1)[0]


def lookalikes(name, domain):
    """Accounts of the domain with the same beginning, the most alike first."""
    wanted = bare(name)
    start = escaped(wanted[: max(2, min(4, len(wanted) // 2))])
    found = entries(f"(&(|(objectClass=user)(objectClass=group))(sAMAccountName={start}*))", "sAMAccountName")
    names = {entry["samaccountname"].casefold(): entry["samaccountname"] for entry in found if "samaccountname" in entry}
    near = difflib.get_close_matches(wanted.casefold(), names, LOOKALIKES, 0.6)
    return [f"{domain}\\{names[each]}" for each in near]


def on_host(sids):
    """-> SID -> {"uid", "gid"}, as far as the ranges of ids have room for it."""
    if not sids:
        return {}
    _, out = run("wbinfo", "--sids-to-unix-ids=" + ",".join(sids))
    ids = {}
    for sid, kinds, number in re.findall(r"^(S-\S+) -> (uid/gid|uid|gid) (\d+)$", out, re.M):
        ids[sid] = {kind: int(number) for kind in kinds.split("/")}
    return ids


def account(kind, number):
    """
    The name that the host's own system has for it, as in the list of a group's members; None without libnss-winbind. By a process of its
    own, which can be given up: without a controller winbind's part of it waits for minutes.
    """
    code, out = run("getent", "passwd" if kind == "uid" else "group", str(number))
    return out.split(":")[0] if code == 0 else None


def described(sid, kind, ids):
    which = "uid" if kind in USER else "gid"
    number = ids.get(sid, {}).get(which)
    return {"sid": sid, "type": kind, "id": number, "account": None if number is None else account(which, number)}


def described_all(found, ids, pool):
    """-> name -> what is told of it."""
    return dict(zip(found, pool.map(lambda each: described(*each, ids), found.values())))


def resolve(asked, result):
    names = [each["name"] for each in asked]
    logins = by_login([name for name in names if "@" in name and "\\" not in name])
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(names, pool.map(sid_of, [logins.get(name, name) for name in names])))
        found = {name: answer for name, answer in found.items() if answer and answer[1] in ACCOUNTS}
        ids = on_host(sorted({sid for sid, _ in found.values()}))
        result["found"] = described_all(found, ids, pool)
    missing = [each for each in asked if each["name"] not in found]
    if not missing:
        result["reachable"] = True
        return
    code, _ = run("wbinfo", "--ping-dc")
    result["reachable"] = code == 0
    if code != 0:
        return
    for each in missing:
        renamed = name_of(each["before"]) if each.get("before") else None
        if renamed:
            result["renamed"][each["name"]] = renamed[0]
        elif not SID.fullmatch(each["name"]):
            result["near"][each["name"]] = lookalikes(each["name"], result["domain"]["name"])


def main():
    asked = json.load(sys.stdin)["names"]
    result = {"domain": None, "why": None, "reachable": False, "found": {}, "near": {}, "renamed": {}}
    try:
        result["domain"], result["why"] = membership()
        if result["domain"]:
            resolve(asked, result)
    except Away:
        result["why"] = result["why"] or ("away" if result["domain"] else "down")
    json.dump(result, sys.stdout)


main()

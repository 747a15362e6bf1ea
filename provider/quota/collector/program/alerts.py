"""
Sends an alert when a quota crosses a threshold. A failed delivery is retried in each round for a day, unless a newer crossing replaces it;
receivers recognize duplicates by `event`.
"""
import hashlib
import json
import os
import socket
import subprocess
import sys
from datetime import datetime, timezone

from levels import NAMES

SENDMAIL = "/usr/sbin/sendmail"
# Hands a mail to Proxmox VE's notification system (proxmox-mail-forward: its postinst; moved in PVE 9).
PVE_FORWARD = ["/usr/libexec/proxmox-mail-forward", "/usr/bin/proxmox-mail-forward"]
SECONDS = 10
OLDEST = 86400
UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]


class Undelivered(Exception):
    """The reason, without URL and headers: they may hold secrets."""


def journal(priority, text):
    """systemd reads the priority from the start of the line: sd-daemon(3)."""
    print(f"<{priority}>{text}", file=sys.stderr, flush=True)


def key(target):
    return hashlib.sha256(json.dumps(target, sort_keys=True).encode()).hexdigest()[:12]


def size(count):
    power = min(len(UNITS) - 1, max(0, (count.bit_length() - 1) // 10))
    return f"{count / 1024**power:.1f} {UNITS[power]}" if power else f"{count} B"


def crossing(entry, before, now, reading, number):
    """The event, and its line in the journal."""
    at, used, limit, percent = reading
    level, previous = NAMES[now], NAMES[before]
    verb = f"has reached {entry['thresholds'][now - 1]} %" if now > before else f"is back below {entry['thresholds'][now]} %"
    text = f"quota {entry['label']} {verb}: {size(used)} of {size(limit)} used ({percent} %), {level}, was {previous}"
    journal((5, 4, 3, 2)[now] if now > before else 5, text)
    return {
        "event": f"{entry['id']}-{number}",
        "quota": entry["label"],
        "id": entry["id"],
        "host": socket.gethostname(),
        "level": level,
        "previous": previous,
        "used": used,
        "limit": limit,
        "percent": percent,
        "at": datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "text": text,
    }


class Delivery:
    """The deliveries of one round: a receiver that failed is not tried again."""

    def __init__(self):
        self.failed = {}

    def work(self, entry, record, now):
        """Delivers the pending alerts of one quota."""
        troubles = []
        for target in entry["alerts"]:
            name = key(target)
            if name in record["pending"]:
                trouble = self.failed.get(name) or self.send(name, target, record["event"])
                if trouble:
                    troubles.append(trouble)
                else:
                    record["pending"].remove(name)
        if troubles and not record["undelivered"]:  # logged once, not in each round
            journal(4, f"alert for quota {entry['label']} not delivered, tried again in the rounds to come: {'; '.join(troubles)}")
        record["undelivered"] = bool(troubles)
        current = {key(target) for target in entry["alerts"]}
        if now - record["crossed"] > OLDEST and current.intersection(record["pending"]):
            journal(3, f"alert for quota {entry['label']} given up: not delivered for a day")
            current = set()
        record["pending"] = [name for name in record["pending"] if name in current]

    def send(self, name, target, event):
        try:
            SENDERS[target["kind"]](target, event)
        except Undelivered as error:
            self.failed[name] = str(error)
        return self.failed.get(name)


def webhook(target, event):
    from urllib import error, parse, request

    class Stay(request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None  # a secret must not follow a redirect to another host

    headers = {"Content-Type": "application/json", "User-Agent": "pvesmb", **target.get("headers", {})}
    try:
        post = request.Request(target["url"], json.dumps(event).encode(), headers, method="POST")
        where = f"webhook at {parse.urlsplit(target['url']).hostname}"
        with request.build_opener(Stay).open(post, timeout=SECONDS):
            return
    except error.HTTPError as answer:
        raise Undelivered(f"{where} answered {answer.code}") from None
    except OSError as trouble:
        reason = getattr(trouble, "reason", trouble)
        raise Undelivered(f"{where}: {getattr(reason, 'strerror', None) or type(reason).__name__}") from None
    except Exception as trouble:  # its text may quote the URL
        raise Undelivered(f"webhook: {type(trouble).__name__}") from None


def message(event, to):
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["Subject"] = f"[{event['host']}] quota {event['quota']}: {event['level']} ({event['percent']} %)"
    mail["To"] = ", ".join(to)
    mail["X-Pvesmb-Event"] = event["event"]
    mail.set_content(f"{event['text']}.\n\nHost {event['host']}, {event['at']}.\n")
    return bytes(mail)


def hand_over(argv, event, to):
    try:
        done = subprocess.run(argv, input=message(event, to), capture_output=True, timeout=SECONDS * 3, check=False)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise Undelivered(f"{argv[0]}: {getattr(error, 'strerror', None) or type(error).__name__}") from None
    if done.returncode != 0:
        raise Undelivered(f"{argv[0]}: exit code {done.returncode}: {done.stderr.decode('utf-8', 'replace').strip()[-200:]}")


def mail(target, event):
    hand_over([SENDMAIL, "-i", "--", *target["to"]], event, target["to"])


def pve(_, event):
    program = next((path for path in PVE_FORWARD if os.path.exists(path)), None)
    if program is None:
        raise Undelivered("this host is not a Proxmox VE node: it has no proxmox-mail-forward")
    hand_over([program], event, ["root"])


SENDERS = {"webhook": webhook, "mail": mail, "pve": pve}

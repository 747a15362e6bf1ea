"""
Keeps winbindd from waiting for a domain whose nameservers do not answer. usage: away.py start|wait DOMAIN

winbindd (4.17) asks for the domain's records anew at every request, ten seconds each and three times, and until its first answer nobody gets
in, local users included (docs/facts/samba.md, section 3). While nobody answers it is told to ask an address where nobody listens, and then
says at once that the domain is away; caches and local accounts work. `start` runs before winbindd, `wait` until the domain is back.
"""
import contextlib
import os
import socket
import subprocess
import sys
import time

AWAY = "/run/pvesmb-domain-away.conf"
WAITING = "pvesmb-domain-away.service"
PAUSE = 5  # seconds
# For this process: glibc waits for five seconds, and twice.
os.environ["RES_OPTIONS"] = "timeout:1 attempts:2"


def answers(domain):
    """Whether a nameserver says anything of the domain, be it that there is none: then winbindd does not wait either."""
    try:
        # The dot: no other names are tried.
        socket.getaddrinfo(f"{domain}.", 389, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return error.errno != socket.EAI_AGAIN
    return True


def start(domain):
    if answers(domain):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(AWAY)
        return
    with open(AWAY, "w", encoding="utf-8") as file:
        file.write("# Written by pvesmb while no nameserver answers for the domain.\n[global]\n\tpassword server = 127.0.0.2\n")
    subprocess.run(["systemctl", "start", "--no-block", WAITING], check=False)


def wait(domain):
    while os.path.exists(AWAY):
        if answers(domain):
            os.unlink(AWAY)
            subprocess.run(["smbcontrol", "winbindd", "reload-config"], check=False)
            return
        time.sleep(PAUSE)


{"start": start, "wait": wait}[sys.argv[1]](sys.argv[2])

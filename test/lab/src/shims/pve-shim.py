#!/usr/bin/python3 -ISE
"""`pct`, `pveam`, `pvesm`, `pveum`, `zfs` and `zpool` of a lab node: hands the command line to the lab's daemon and is its stdin, stdout, stderr and exit code.

Frames both ways: one byte of kind, four bytes of length (big endian), the payload. To the daemon: R (the request, JSON), 0 (stdin; empty
at its end). From it: 1 (stdout), 2 (stderr), X (exit code). When this process dies, the connection ends and the daemon ends the command.
"""
import json
import os
import select
import socket
import struct
import sys

link = socket.socket(socket.AF_UNIX)
link.connect("/run-pve/pve.sock")


def send(kind, payload):
    link.sendall(kind + struct.pack(">I", len(payload)) + payload)


def write(fd, data):
    while data:
        data = data[os.write(fd, data):]


request = {"program": os.path.basename(sys.argv[0]), "argv": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd(), "uid": os.getuid()}
send(b"R", json.dumps(request, ensure_ascii=True).encode())

received = b""
sources = [link, 0]
while True:
    ready = select.select(sources, [], [])[0]
    if 0 in ready:
        data = os.read(0, 65536)
        send(b"0", data)
        if not data:
            sources.remove(0)
    if link in ready:
        data = link.recv(65536)
        if not data:
            sys.exit("the lab's daemon has gone")
        received += data
        while len(received) >= 5:
            size = struct.unpack(">I", received[1:5])[0]
            if len(received) < 5 + size:
                break
            kind, payload, received = received[:1], received[5:5 + size], received[5 + size:]
            if kind == b"X":
                os._exit(int(payload))
            write(1 if kind == b"1" else 2, payload)

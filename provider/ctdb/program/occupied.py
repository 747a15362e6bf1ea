"""Which addresses somebody on the segment has, also one that does not answer ping (RFC 5227).

Takes [{"address", "interface"}] on stdin, asks for each by ARP without an address of its own, and prints the addresses with the hardware
address of who has it: {"192.168.1.60": "bc:24:11:00:00:01"}.
"""

import fcntl
import json
import select
import socket
import struct
import sys
import time

ETHERTYPE = 0x0806
SIOCGIFHWADDR = 0x8927
TRIES, PAUSE = 3, 0.3

asked = json.load(sys.stdin)
found = {}
sockets = {}


def open_on(interface):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE))
    sock.bind((interface, ETHERTYPE))
    own = fcntl.ioctl(sock, SIOCGIFHWADDR, struct.pack("256s", interface.encode()[:15]))[18:24]
    return sock, own


for each in asked:
    if each["interface"] not in sockets:
        sockets[each["interface"]] = open_on(each["interface"])

for _ in range(TRIES):
    for each in asked:
        sock, own = sockets[each["interface"]]
        target = socket.inet_aton(each["address"])
        head = b"\xff" * 6 + own + struct.pack("!H", ETHERTYPE)
        sock.send(head + struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + own + bytes(4) + bytes(6) + target)
    end = time.monotonic() + PAUSE
    while time.monotonic() < end:
        ready = select.select([sock for sock, _ in sockets.values()], [], [], max(0, end - time.monotonic()))[0]
        for sock in ready:
            frame = sock.recv(1514)
            if len(frame) < 42 or frame[12:14] != struct.pack("!H", ETHERTYPE):
                continue
            sender = socket.inet_ntoa(frame[28:32])
            if any(each["address"] == sender for each in asked) and frame[22:28] not in [own for _, own in sockets.values()]:
                found[sender] = ":".join("%02x" % byte for byte in frame[22:28])
print(json.dumps(found))

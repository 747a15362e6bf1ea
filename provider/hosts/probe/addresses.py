"""
Asks the neighbours on an interface for the owners of addresses: IPv4 by ARP probes (RFC 5227 2.1), IPv6 as in duplicate address detection
(RFC 4862 5.4.2). Arguments: the interface, addresses. Prints {address: the owner's MAC address} as JSON. Needs CAP_NET_RAW.
"""
import ipaddress
import json
import select
import socket
import struct
import sys
import time

SOL_PACKET, ADD_MEMBERSHIP, ALL_MULTICAST, EVERYTHING = 263, 1, 2, 3
ARP, IPV6 = 0x0806, 0x86DD
ROUNDS, APART = 3, 0.25


def arp_probe(mac, address):
    return b"\xff" * 6 + mac + struct.pack("!HHHBBH", ARP, 1, 0x0800, 6, 4, 1) + mac + bytes(4) + bytes(6) + address


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def solicitation(mac, address):
    """Neighbour solicitation from the unspecified address to the solicited-node multicast address."""
    group = bytes.fromhex("ff0200000000000000000001ff") + address[-3:]
    message = lambda sum: struct.pack("!BBHI", 135, 0, sum, 0) + address
    pseudo = bytes(16) + group + struct.pack("!II", 24, 58)
    header = struct.pack("!IHBB", 6 << 28, 24, 58, 255) + bytes(16) + group
    return b"\x33\x33" + group[-4:] + mac + struct.pack("!H", IPV6) + header + message(checksum(pseudo + message(0)))


def claimed(frame):
    """-> the address that this frame claims and the MAC address of its sender."""
    kind = int.from_bytes(frame[12:14], "big")
    if kind == ARP and len(frame) >= 42:
        return frame[28:32], frame[22:28]
    if kind == IPV6 and len(frame) >= 78 and frame[20] == 58 and frame[54] == 136:
        return frame[62:78], frame[6:12]
    return None, None


def main(interface, *texts):
    wanted = {ipaddress.ip_address(text).packed: text for text in texts}
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERYTHING)) as link:
        link.bind((interface, 0))
        # Advertisements go to all nodes (ff02::1).
        link.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, struct.pack("iHH8s", socket.if_nametoindex(interface), ALL_MULTICAST, 0, b""))
        mac, found = link.getsockname()[4], {}
        for _ in range(ROUNDS):
            for address in wanted:
                link.send(arp_probe(mac, address) if len(address) == 4 else solicitation(mac, address))
            until = time.monotonic() + APART
            while len(found) < len(wanted) and (left := until - time.monotonic()) > 0 and select.select([link], [], [], left)[0]:
                frame, sender = link.recvfrom(2048)
                address, who = claimed(frame)
                if sender[2] != socket.PACKET_OUTGOING and who != mac and address in wanted:
                    found[wanted[address]] = ":".join(f"{byte:02x}" for byte in who)
        print(json.dumps(found))


main(*sys.argv[1:])

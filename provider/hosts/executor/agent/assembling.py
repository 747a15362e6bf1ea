"""What the files of a directory become when they are joined (AssembleStep). A cluster's gateways do the same without an agent (ctdb/program)."""
import re


def assembled(step, pieces, exists, read):
    """-> bytes; None without the file that should surround them. `read` of an absent file: FileNotFoundError."""
    data = b"".join(lines_of(step["each"], pieces) if "each" in step else pieces)
    if "only" in step:
        only, barred = step["only"]["prefix"].encode(), exists(step["only"].get("unless") or "/nonexistent/file")
        data = b"".join(line.removeprefix(only) for line in data.splitlines(keepends=True) if line.startswith(only) and not barred)
    data = step["header"].encode() + data
    reveal = step.get("reveal")
    if reveal and exists(reveal["if"]):
        prefix = reveal["prefix"].encode()
        data = b"".join(line.removeprefix(prefix) for line in data.splitlines(keepends=True))
    for last in step.get("last", []):
        prefix, lines = last["prefix"].encode(), data.splitlines(keepends=True)
        behind = [] if exists(last["unless"]) else [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
        data = b"".join([line for line in lines if not line.startswith(prefix)] + behind)
    return framed(step["into"], data, read) if "into" in step else data


def lines_of(each, pieces):
    name, wanted, unwanted = (re.compile(each[what].encode("latin-1"), re.M) for what in ("name", "if", "unless"))
    number = 0
    for piece in pieces:
        found = name.search(piece)
        if found and wanted.search(piece) and not unwanted.search(piece):
            yield each["line"].encode().replace(b"NUMBER", str(number).encode()).replace(b"NAME", found[1]) + b"\n"
            number += 1


def framed(frame, data, read):
    """The frame's file with the data in the place of its line; None without the file."""
    try:
        text = read(frame["file"])
    except FileNotFoundError:
        return None
    full = frame["before"].encode() + data + frame["after"].encode() if data else b""
    return b"".join(full if line.strip() == frame["at"].encode() else line for line in text.splitlines(keepends=True))


def whole_lines(piece):
    return piece if piece.endswith(b"\n") or not piece else piece + b"\n"

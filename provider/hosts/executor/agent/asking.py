"""Commands that verify units. They stay alive between batches, since most of their time is spent on loading and connecting."""
import contextlib
import os
import re
import select
import time

from clock import GONE, Failed
from command_steps import words
from commands import dispose, said, shown, take_turn

kept = {}  # command line -> process


class Faults(Exception):
    """Units that failed verification: key -> reason."""

    def __init__(self, reasons):
        super().__init__()
        self.reasons = reasons


def do_ask(scope, step):
    argv, lines, pattern = words(scope, step["argv"]), scope.text(step["stdin"]), re.compile(step["answers"])
    asking = [unit["key"] for unit in scope.live if unit.get("asks")]
    process = kept.pop(tuple(argv), None)
    while True:
        stayed = process is not None
        try:
            process = process or take_turn(argv, None)
        except OSError as error:
            raise Failed(f"{argv[0]}: {os.strerror(error.errno)}") from None
        try:
            answers, output = converse(argv, process, lines, len(asking), pattern, scope.clock)
        except BaseException:
            dispose(process)
            raise
        faults = {key: answer.groupdict().get("fault") for key, answer in zip(asking, answers)}
        faults.update((key, "no answer") for key in asking[len(answers) :])
        reasons = {key: fault for key, fault in faults.items() if fault is not None}
        if not reasons:
            kept[tuple(argv)] = process
            return {"changed": False}
        dispose(process)
        if not stayed:
            break
        # The kept process may be at fault: its daemon may have been replaced, for example.
        process = None
    if not answers:
        raise Failed(f"{shown(argv)}: {said(process.returncode, output)}")
    raise Faults(reasons)


def converse(argv, process, lines, count, pattern, clock, timeout=60):
    """-> the matching lines and the whole output, once there are `count` of them or the command has ended."""
    data, answers, output, rest = memoryview(lines.encode()), [], [], b""
    until = time.monotonic() + clock.limit(timeout)
    os.set_blocking(process.stdin.fileno(), False)
    streams = [process.stdout, process.stderr]
    while len(answers) < count and process.stdout in streams:
        clock.check()
        if time.monotonic() > until:
            raise Failed(f"{shown(argv)}: {len(answers)} of {count} answers after {timeout} s: {''.join(output)[-1000:]}")
        readable, writable, _ = select.select([*streams, *([GONE] if clock.breakable else [])], [process.stdin] if data else [], [], 0.1)
        if writable:
            try:
                data = data[os.write(process.stdin.fileno(), data[:65536]) :]
            except BrokenPipeError:  # it has ended; its output tells why
                data = data[:0]
        for stream in [each for each in streams if each in readable]:
            chunk = os.read(stream.fileno(), 65536)
            output.append(chunk.decode("utf-8", "replace"))
            if stream is process.stdout:
                *whole, rest = (rest + (chunk or b"\n")).split(b"\n")
                answers += filter(None, (pattern.search(line.decode("utf-8", "replace")) for line in whole))
            if not chunk:
                streams.remove(stream)
    if process.stdout not in streams:
        with contextlib.suppress(Exception):
            process.wait(1)
    return answers, "".join(output)

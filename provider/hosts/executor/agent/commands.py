"""Running commands: time limit, own process group, bounded output; no command outlives the agent."""
import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import time

from clock import GONE, Failed
from files import open_dir

MIB = 1 << 20
ENV = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C"}
PID = os.getpid()
LIBC = ctypes.CDLL(None)


def tied():
    """Runs in the new process before exec: SIGKILL when the thread that started it ends (PR_SET_PDEATHSIG, prctl(2))."""
    LIBC.prctl(1, signal.SIGKILL)
    if os.getppid() != PID:
        os._exit(127)


def spawn(argv, env=None, folder="/", **streams):
    return subprocess.Popen(argv, env={**ENV, **(env or {})}, cwd=folder, start_new_session=True, preexec_fn=tied, **streams)


class Absent(Failed):
    """The working directory of a command is missing or behind a link."""


@contextlib.contextmanager
def begun_in(folder):
    """A command's working directory, by file descriptor: a link planted at its path later has no effect."""
    if folder is None:
        yield "/"
        return
    try:
        fd = open_dir(folder)
    except Failed as error:
        raise Absent(str(error)) from None
    if fd is None:
        raise Absent(f"{folder}: there is no such directory")
    try:
        yield f"/proc/self/fd/{fd}"
    finally:
        os.close(fd)


def end(process):
    for signum in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)
            return


class Pipe(str):
    """A command-line argument: the path of a pipe. The text (a few lines) is written when it is the command's turn."""


waiting = {}  # command line, with None for each pipe -> (process, write ends of the pipes): started ahead of their turn


def begin(words, env=None, folder="/"):
    pipes = [os.pipe() for word in words if word is None]
    paths = iter([f"/proc/self/fd/{there}" for there, _ in pipes])
    argv = [next(paths) if word is None else word for word in words]
    try:
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return spawn(argv, env, folder, **streams, pass_fds=[there for there, _ in pipes]), [here for _, here in pipes]
    except OSError:
        close([here for _, here in pipes])
        raise
    finally:
        close([there for there, _ in pipes])


def close(ends):
    for end in ends:
        os.close(end)


def begin_ahead(words):
    """Starts a command with pipes, which then loads and waits for them: that is most of the time that Samba's tools need."""
    if None in words and words not in waiting:
        with contextlib.suppress(OSError):  # the error shows when it is its turn
            waiting[words] = begin(words)


def take_turn(argv, env, folder=None):
    if folder is not None:
        with begun_in(folder) as here:
            return begin(argv, env, here)[0]
    words = tuple(None if isinstance(part, Pipe) else part for part in argv)
    process, ends = waiting.pop(words, (None, []))
    if process is None or process.poll() is not None:
        close(ends)
        process, ends = begin(words, env)
    for end, text in zip(ends, [part for part in argv if isinstance(part, Pipe)]):
        with contextlib.suppress(BrokenPipeError):  # it has ended; its exit code tells why
            os.write(end, text.encode())
    close(ends)
    return process


class Output:
    """A command's output, limited to `most` bytes: the middle is cut out."""

    def __init__(self, most):
        self.head, self.tail, self.cut, self.half = bytearray(), bytearray(), 0, most // 2

    def add(self, data):
        room = max(0, self.half - len(self.head))
        self.head += data[:room]
        self.tail += data[room:]
        excess = max(0, len(self.tail) - self.half)
        del self.tail[:excess]
        self.cut += excess

    def text(self):
        gap = b"\n[%d bytes left out]\n" % self.cut if self.cut else b""
        return (self.head + gap + self.tail).decode("utf-8", "replace")


def run(argv, clock, stdin="", env=None, timeout=60, whole=None, folder=None):
    """-> exit code (127: no such command), stdout, stderr. Longer output is cut; longer than `whole`, if given, is a failure."""
    clock.check()
    limit, began = clock.limit(timeout), time.monotonic()
    try:
        process = take_turn(argv, env, folder)
    except OSError as error:
        return 127, "", f"{argv[0]}: {os.strerror(error.errno)}"
    outputs = {stream: Output(whole or MIB) for stream in (process.stdout, process.stderr)}
    data = memoryview(stdin.encode())
    try:
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdin, selectors.EVENT_WRITE)
            for stream in outputs:
                ready.register(stream, selectors.EVENT_READ)
            os.set_blocking(process.stdin.fileno(), False)
            if clock.breakable:
                ready.register(GONE, selectors.EVENT_READ)
            open_outputs, exited = 2, False
            while open_outputs or process.poll() is None:
                left = limit - (time.monotonic() - began)
                if left <= 0:
                    clock.check()
                    raise Failed(f"{argv[0]}: still running after {limit:.0f} s, ended")
                if not open_outputs:
                    clock.check()
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(min(left, 0.1))
                    continue
                events = ready.select(min(left, 0.1))
                if exited and not events:
                    break  # background children hold its output open; do not wait for them
                exited = process.poll() is not None
                for key, _ in events:
                    if key.fileobj == GONE:
                        clock.check()
                    elif key.fileobj is process.stdin:
                        try:
                            data = data[os.write(key.fd, data[:65536]) if data else 0 :]
                        except BrokenPipeError:
                            data = data[:0]
                        if not data:
                            ready.unregister(process.stdin)
                            process.stdin.close()
                    else:
                        chunk = os.read(key.fd, 65536)
                        outputs[key.fileobj].add(chunk)
                        if not chunk:
                            ready.unregister(key.fileobj)
                            open_outputs -= 1
        if whole and any(output.cut for output in outputs.values()):
            raise Failed(f"{shown(argv)}: printed more than {whole // MIB} MiB, which is the limit")
        return (process.returncode, *(output.text() for output in outputs.values()))
    finally:
        dispose(process)


def dispose(process):
    if process.poll() is None:
        end(process)
    for stream in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            stream.close()


def shown(argv):
    return " ".join("/proc/self/fd/.." if isinstance(part, Pipe) else part for part in argv)


def said(code, out, err=""):
    """Exit code and the end of the output, for an error text."""
    return f"exit code {code}: {(err.strip() or out.strip())[-2000:] or 'no output'}"

"""Time limits, failures, and the end of the connection."""
import os
import threading
import time


class Failed(Exception):
    """Fails the unit; outside of units, the request."""

    def __init__(self, message, kind="RemoteFailed"):
        super().__init__(message)
        self.kind = kind


class Planted(Failed):
    """Something unexpected at a path: a link in a component, a FIFO, a device. Users with write access there can plant it at any moment."""


class Stop(BaseException):
    """Ends the whole request: connection lost or out of time. Not an Exception, so that handlers of step failures do not catch it."""


gone = threading.Event()
GONE, _held = os.pipe()  # GONE becomes readable when `gone` is set, for select


def leave():
    if not gone.is_set():
        gone.set()
        os.close(_held)


class Clock:
    """A request's time limit. `breakable` is off during rollback and activation, which always run to the end."""

    def __init__(self, seconds, breakable=True):
        self.until, self.breakable = time.monotonic() + seconds, breakable

    def left(self):
        return self.until - time.monotonic()

    def limit(self, seconds):
        return min(seconds, self.left()) if self.breakable else seconds

    def check(self):
        if self.breakable and gone.is_set():
            raise Stop("the connection was lost")
        if self.breakable and self.left() <= 0:
            raise Stop("out of time")


class Brief(Clock):
    """Ignores a lost connection, but still has a time limit."""

    def check(self):
        if self.left() <= 0:
            raise Stop("out of time")


ENDLESS = Clock(0, breakable=False)


def explain(error):
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the host'}: {error.strerror}"
    return str(error) if isinstance(error, (Failed, Stop)) else f"{type(error).__name__}: {error}"


def kind_of(error):
    return getattr(error, "kind", "RemoteFailed")


def since(moment):
    """Milliseconds."""
    return round((time.monotonic() - moment) * 1000, 1)

"""Time, failure, and the end of the connection."""
import os
import threading
import time


class Failed(Exception):
    """A unit cannot go on; outside of units: the request."""

    def __init__(self, message, kind="RemoteFailed"):
        super().__init__(message)
        self.kind = kind


class Planted(Failed):
    """Something else is in the place of what is wanted: a link on the way to it, a FIFO, a device. Others who may write there can do that at any moment."""


class Stop(BaseException):
    """The request as a whole ends: connection gone, or out of time. Not an Exception, so that no handler of a step's failures takes it."""


gone = threading.Event()
GONE, _held = os.pipe()  # GONE is readable from the moment `gone` is set: something to select on


def leave():
    if not gone.is_set():
        gone.set()
        os.close(_held)


class Clock:
    """The time that a request has. `breakable` is off while a batch is taken back or activated: that is finished whatever happens."""

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
    """Ends by its time alone: what is done with a lost connection too, but not for ever."""

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

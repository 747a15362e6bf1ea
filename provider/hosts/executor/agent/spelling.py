"""Finds names below a directory with letters of the wrong case, by file descriptor."""
import errno
import os

from clock import Failed
from files import deep, open_dir, parts

NAMED = 5
WAYS = {"lower": str.lower, "upper": str.upper}


class Reader:
    def __init__(self, scope, step):
        self.clock, self.way = scope.clock, WAYS[step["case"]]
        self.skipped = {tuple(parts("/" + folder)) for folder in step["skip"]}
        self.found, self.many = [], 0

    def other(self, name):
        """Letter by letter, as in Samba: a letter whose other case has two letters is left alone."""
        return any(len(self.way(letter)) == 1 and self.way(letter) != letter for letter in name)

    def folder(self, fd, way, judged):
        for name in os.listdir(fd):
            self.clock.check()
            here = (*way, name)
            if here in self.skipped:
                continue
            if judged and self.other(name):
                self.many += 1
                if len(self.found) < NAMED:
                    self.found.append("/".join(here))
            self.entry(fd, name, here)

    def entry(self, folder, name, here):
        try:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                raise
            return
        try:
            self.folder(inner, here, True)
        finally:
            os.close(inner)


def do_spelt(scope, step):
    """Fails with the names that are spelt otherwise below a directory. An absent directory is fine."""
    deep()
    fd = open_dir(step["path"])
    if fd is None:
        return {"changed": False}
    reader = Reader(scope, step)
    try:
        reader.folder(fd, (), not step.get("below"))
    finally:
        os.close(fd)
    if reader.many:
        more = reader.many - len(reader.found)
        raise Failed(f"{step['message']}: {', '.join(sorted(reader.found))}{f' and {more} more' if more else ''}", "InvalidInput")
    return {"changed": False}

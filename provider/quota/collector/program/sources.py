"""Reads usage from one of the sources in entry.ts."""
import errno
import os
import subprocess

ENV = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
SECONDS = 60


class Unreadable(Exception):
    pass


def number(text, unit=1):
    return int(text) * unit if text is not None and text.isascii() and text.isdigit() else None


class Sources:
    """The sources of one round: a command that several quotas share runs once."""

    def __init__(self):
        self.outputs, self.tables = {}, {}

    def read(self, source):
        """-> used, limit, files; None where unknown"""
        try:
            used, limit, files = getattr(self, source["kind"])(source)
        except OSError as error:
            raise Unreadable(f"{error.filename or source.get('path')}: {error.strerror}") from None
        if used is None:
            raise Unreadable(f"{source['kind']}: the value is not a number")
        return used, limit or None, files  # 0 is how repquota, xfs_quota and btrfs write "no limit"

    def statvfs(self, source):
        info = os.statvfs(source["path"])
        used = info.f_blocks - info.f_bfree
        # As df computes it: without the blocks reserved for root.
        return used * info.f_frsize, (used + info.f_bavail) * info.f_frsize, info.f_files - info.f_ffree if info.f_files else None

    def counters(self, source):
        def value(field):
            if field not in source:
                return None
            with open(source[field], encoding="ascii") as file:
                return number(file.read().strip())

        used, limit = value("used"), value("limit")
        # btrfs writes 2^64 - 1 where there is no limit.
        return used, None if limit is not None and limit >= 2**63 else limit, value("files")

    def xattr(self, source):
        def value(field):
            return number(os.getxattr(source["path"], source[field]).decode()) if field in source else None

        try:
            limit = value("limit")
        except OSError as error:
            if error.errno != errno.ENODATA:  # CephFS: no limit
                raise
            limit = None
        return value("used"), limit, value("files")

    def table(self, source):
        column, wanted = source["key"]["column"], source["key"]["equals"]
        row = self.rows(tuple(source["argv"]), "\t" if source["separator"] == "tab" else None, column).get(wanted)
        if row is None:
            raise Unreadable(f"{' '.join(source['argv'])}: says nothing of {wanted}")

        def value(field, unit=1):
            at = source.get(field)
            return number(row[at], unit) if at is not None and at < len(row) else None

        unit = source.get("unit", 1)
        return value("used", unit), value("limit", unit), value("files")

    def rows(self, argv, separator, column):
        key = (argv, separator, column)
        if key not in self.tables:
            lines = (line.split(separator) for line in self.output(argv).split("\n"))
            self.tables[key] = {fields[column]: fields for fields in lines if len(fields) > column}
        return self.tables[key]

    def output(self, argv):
        if argv not in self.outputs:
            try:
                done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, env=ENV, check=False)
                self.outputs[argv] = (done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
            except subprocess.TimeoutExpired:
                self.outputs[argv] = (1, "", f"still running after {SECONDS} s, ended")
            except OSError as error:
                self.outputs[argv] = (127, "", error.strerror)
        code, out, err = self.outputs[argv]
        if code != 0:
            raise Unreadable(f"{' '.join(argv)}: exit code {code}: {err.strip()[-120:]}")
        return out

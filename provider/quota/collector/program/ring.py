"""
A ring of rows in one file of fixed size: row n holds time span n (then n + rows, ...), with one number per field and column. A column is a
quota. Every row has a checksum: a row torn by a crash counts as missing, the others are unaffected.
"""
import os
import struct
import zlib
from array import array

NONE = 2**64 - 1  # no number
MAGIC = b"pvesmbR1"
HEADER = struct.Struct("<8sIIIII")  # magic, seconds per row, rows, columns, fields, checksum of the preceding bytes
ROWS_AT = 64
ROW = struct.Struct("<QII")  # span, seconds into it, checksum of both and the numbers


def empty(columns):
    return array("Q", [NONE]) * columns


class Ring:
    def __init__(self, path, seconds, rows, fields):
        self.path, self.seconds, self.rows, self.fields = path, seconds, rows, fields
        self.wanted = rows  # the file may have another number until open() rebuilds it
        self.fd, self.columns = None, 0

    def open(self, columns):
        """
        Opens or rebuilds the ring for at least so many columns and the wanted rows. -> why it could not grow (the existing file is then used
        as it is), or None.
        """
        self.attach()
        if self.fd is not None and self.columns >= columns and self.rows == self.wanted:
            return None
        try:
            self.rebuild(max(16, self.columns, 1 << (columns - 1).bit_length()))
        except OSError as error:
            return f"{self.path}: no room for {columns} quotas: {error.strerror}"
        return None

    def attach(self):
        if self.fd is not None:
            return
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        head = os.pread(fd, HEADER.size, 0)
        *facts, check = HEADER.unpack(head) if len(head) == HEADER.size else (0,) * 6
        magic, seconds, rows, columns, fields = facts
        if (magic, seconds, fields) != (MAGIC, self.seconds, self.fields) or check != zlib.crc32(head[:-4]):
            os.close(fd)
            return
        self.fd, self.rows, self.columns = fd, rows, columns

    def rebuild(self, columns):
        """Replaces the file atomically by one with these columns and the wanted rows, and copies the newest rows."""
        old, before = self.all(), (self.fd, self.rows, self.columns)
        head = HEADER.pack(MAGIC, self.seconds, self.wanted, columns, self.fields, 0)[:-4]
        temp = self.path + ".new"
        fd = os.open(temp, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            # Allocates its full size at once, so that a full disk does not stop recording later.
            os.posix_fallocate(fd, 0, ROWS_AT + self.wanted * (ROW.size + 8 * self.fields * columns))
            self.fd, self.rows, self.columns = fd, self.wanted, columns
            write(fd, head + struct.pack("<I", zlib.crc32(head)), 0)
            for span, offset, fields in old:
                if span > old[-1][0] - self.rows:
                    self.put(span, offset, [numbers + empty(columns - len(numbers)) for numbers in fields])
            os.fsync(fd)
            os.rename(temp, self.path)
        except BaseException:
            self.fd, self.rows, self.columns = before
            os.close(fd)
            os.unlink(temp)
            raise
        if before[0] is not None:
            os.close(before[0])

    def place(self, span):
        return ROWS_AT + span % self.rows * (ROW.size + 8 * self.fields * self.columns)

    def put(self, span, offset, fields):
        """`fields`: one array per field, with one number per column."""
        numbers = b"".join(each.tobytes() for each in fields)
        check = zlib.crc32(numbers, zlib.crc32(struct.pack("<QI", span, offset)))
        write(self.fd, ROW.pack(span, offset, check) + numbers, self.place(span))

    def holds(self, span):
        """Whether the row exists, by its header alone."""
        return ROW.unpack(os.pread(self.fd, ROW.size, self.place(span)))[:1] == (span,) and span > 0

    def get(self, span):
        """-> (seconds into the span, one array per field), or None."""
        found = self.at(span % self.rows) if span > 0 and self.fd is not None else None
        return found[1:] if found and found[0] == span else None

    def at(self, index):
        size = 8 * self.fields * self.columns
        row = os.pread(self.fd, ROW.size + size, ROWS_AT + index * (ROW.size + size))
        if len(row) != ROW.size + size:
            return None
        span, offset, check = ROW.unpack_from(row)
        if span == 0 or check != zlib.crc32(row[ROW.size :], zlib.crc32(row[:12])):
            return None
        numbers = array("Q", row[ROW.size :])
        return span, offset, [numbers[i * self.columns : (i + 1) * self.columns] for i in range(self.fields)]

    def all(self):
        """All intact rows, oldest first."""
        rows = [self.at(index) for index in range(self.rows)] if self.fd is not None else []
        return sorted((row for row in rows if row), key=lambda row: row[0])

    def sync(self):
        os.fdatasync(self.fd)


def write(fd, data, offset):
    done = os.pwrite(fd, data, offset)
    if done != len(data):
        write(fd, data[done:], offset + done)  # raises the reason for the short write: most likely no space

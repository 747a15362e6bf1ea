"""
The collector's state besides the samples, as JSON in two slots of a preallocated file: the newer intact slot counts, the other one is written
next. So neither a crash nor a full disk loses state or repeats an alert.
"""
import json
import os
import struct
import zlib

SLOT = struct.Struct("<QII")  # write count, length and checksum of the JSON that follows
ROOM = 16384  # initial size of a slot


class State:
    def __init__(self, path):
        self.path, self.count, self.fd, self.room = path, 0, None, 0
        self.value, self.written = {"columns": {}, "quotas": {}}, None
        try:
            self.fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        self.room = os.fstat(self.fd).st_size // 2
        for slot in (0, 1):
            count, value = self.read(slot)
            if count > self.count:
                self.count, self.value = count, value
        self.written = json.dumps(self.value, sort_keys=True)

    def read(self, slot):
        data = os.pread(self.fd, self.room, slot * self.room)
        if len(data) < SLOT.size:
            return 0, None
        count, length, check = SLOT.unpack_from(data)
        text = data[SLOT.size : SLOT.size + length]
        return (count, json.loads(text)) if length and len(text) == length and zlib.crc32(text) == check else (0, None)

    def save(self):
        """Writes the state if it has changed. -> True."""
        text = json.dumps(self.value, sort_keys=True)
        if text == self.written:
            return True
        data = text.encode()
        slot = SLOT.pack(self.count + 1, len(data), zlib.crc32(data)) + data
        if len(slot) > self.room:
            self.grow(slot)
        else:
            done = os.pwrite(self.fd, slot, (self.count + 1) % 2 * self.room)
            if done != len(slot):
                raise OSError(28, os.strerror(28), self.path)
            os.fdatasync(self.fd)
        self.count, self.written = self.count + 1, text
        return True

    def grow(self, slot):
        room = max(ROOM, 1 << (2 * len(slot)).bit_length())
        temp = self.path + ".new"
        fd = os.open(temp, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(fd, 0, 2 * room)
            os.pwrite(fd, slot, (self.count + 1) % 2 * room)
            os.fsync(fd)
            os.rename(temp, self.path)
        except BaseException:
            os.close(fd)
            os.unlink(temp)
            raise
        if self.fd is not None:
            os.close(self.fd)
        self.fd, self.room = fd, room

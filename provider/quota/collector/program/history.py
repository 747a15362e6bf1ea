"""
Usage history: samples for two days, hours for two weeks, quarters of a day for 90 days or as configured, each in its own ring. An hour is
computed from its samples when it is over, a quarter from its hours; rows lost in a crash are computed again in the next round.
"""
import os

from ring import NONE, Ring, empty

SAMPLE_SECONDS, HOUR, QUARTER, DAY = 300, 3600, 6 * 3600, 86400
KEEP_DAYS = 90
PER_HOUR, PER_QUARTER = HOUR // SAMPLE_SECONDS, QUARTER // HOUR
USED, LIMIT, FILES = range(3)  # fields of a sample
COUNT, SUM, MIN, MAX, LAST_LIMIT, LAST_FILES = range(6)  # fields of an hour and of a quarter; the last two as of its end


class History:
    """`since` (column -> first sample of the current quota) excludes an earlier quota's samples in the same column."""

    def __init__(self, folder, keep_days=KEEP_DAYS):
        self.samples = Ring(os.path.join(folder, "samples.ring"), SAMPLE_SECONDS, 2 * DAY // SAMPLE_SECONDS, 3)
        self.hours = Ring(os.path.join(folder, "hours.ring"), HOUR, 14 * DAY // HOUR, 6)
        self.quarters = Ring(os.path.join(folder, "quarters.ring"), QUARTER, keep_days * DAY // QUARTER, 6)
        self.rings = [self.samples, self.hours, self.quarters]

    def open(self, columns):
        """-> complaints"""
        return [complaint for ring in self.rings if (complaint := ring.open(columns))]

    def attach(self):
        """Opens the existing rings for reading."""
        for ring in self.rings:
            ring.attach()

    def record(self, now, readings, since, new=()):
        """
        `readings`: column -> (used, limit, files), None where unknown. `new`: columns that were just assigned. The first sample of each five
        minutes counts. -> whether an hour was added.
        """
        span, room = int(now) // SAMPLE_SECONDS, self.samples.columns
        row = self.samples.get(span) if self.samples.holds(span) else None
        offset, fields = row or (int(now) % SAMPLE_SECONDS, [empty(room) for _ in range(3)])
        for column in new:
            if column < room:
                for field in fields:
                    field[column] = NONE
        used, limit, files = fields
        changed = False
        for column, values in readings.items():
            if column < room and used[column] == NONE:
                changed = True
                used[column], limit[column], files[column] = [NONE if value is None else value for value in values] if None in values else values
        if changed or new:
            self.samples.put(span, offset, fields)
        self.samples.sync()
        hours = self.complete(self.hours, int(now) // HOUR, PER_HOUR, self.samples, lambda spans: self.hour(spans, since))
        if hours:
            self.hours.sync()
            if self.complete(self.quarters, int(now) // QUARTER, PER_QUARTER, self.hours, lambda spans: self.quarter(spans, since)):
                self.quarters.sync()
        return hours

    def complete(self, ring, current, parts, below, reckon):
        """Adds missing rows of past spans, back to the last intact row and as far as `below` reaches."""
        if ring.fd is None:
            return False
        missing = []
        for span in range(current - 1, current - below.rows // parts - 1, -1):
            if ring.get(span):
                break
            missing.append(span)
        added = False
        for span in reversed(missing):  # oldest first, so that rows missing after a crash are newer than all existing ones
            rows = [(part, row[1]) for part in range(span * parts, (span + 1) * parts) if below.holds(part) and (row := below.get(part))]
            if rows:
                fields = reckon(rows)
                ring.put(span, 0, [(field + empty(ring.columns))[: ring.columns] for field in fields])
                added = True
        return added

    def hour(self, rows, since):
        first = rows[0][0]
        result = [empty(self.samples.columns) for _ in range(6)]
        for column, values in enumerate(zip(*(fields[USED] for _, fields in rows))):
            if NONE in values or since.get(column, 0) > first:
                begin = since.get(column, 0)
                values = [value for (span, _), value in zip(rows, values) if value != NONE and span >= begin]
                if not values:
                    continue
            for field, value in zip(result, (len(values), sum(values), min(values), max(values))):
                field[column] = value
        return self.ends(result, rows, (LIMIT, FILES))

    def quarter(self, rows, since):
        result = [empty(self.hours.columns) for _ in range(6)]
        for column, counts in enumerate(zip(*(fields[COUNT] for _, fields in rows))):
            begin = since.get(column, 0) // PER_HOUR
            parts = [fields for (span, fields), count in zip(rows, counts) if count != NONE and span >= begin]
            if parts:
                for field, reckon in ((COUNT, sum), (SUM, sum), (MIN, min), (MAX, max)):
                    result[field][column] = reckon([part[field][column] for part in parts])
        return self.ends(result, rows, (LAST_LIMIT, LAST_FILES))

    @staticmethod
    def ends(result, rows, fields):
        for to, field in zip((LAST_LIMIT, LAST_FILES), fields):
            result[to] = rows[-1][1][field]
        return result

    def last(self, now, columns):
        """-> column -> (time, used, limit, files) of its last sample. `columns`: column -> first sample to consider."""
        found, wanted = {}, dict(columns)
        span = int(now) // SAMPLE_SECONDS
        oldest = max(span - self.samples.rows + 1, min(columns.values(), default=0))
        for each in range(span, oldest - 1, -1):
            if not wanted or self.samples.fd is None:
                break
            row = self.samples.get(each) if self.samples.holds(each) else None
            if row:
                offset, fields = row
                for column in [column for column, begin in wanted.items() if each >= begin and column < len(fields[USED])]:
                    if fields[USED][column] != NONE:
                        del wanted[column]
                        found[column] = (each * SAMPLE_SECONDS + offset, *(None if f[column] == NONE else f[column] for f in fields))
        return found

    def points(self, now, columns, ring):
        """-> column -> [(time, average, samples)] from one ring up to now, oldest first."""
        points = {column: [] for column in columns}
        current = int(now) // ring.seconds
        raw = ring is self.samples
        for span in range(current - ring.rows + 1, current + 1):
            row = ring.get(span) if ring.fd is not None and ring.holds(span) else None
            if row:
                offset, fields = row
                middle = span * ring.seconds + (offset if raw else ring.seconds // 2)
                for column, begin in columns.items():
                    if span >= begin * SAMPLE_SECONDS // ring.seconds and column < len(fields[0]) and fields[0][column] != NONE:
                        count = 1 if raw else fields[COUNT][column]
                        points[column].append((middle, fields[USED][column] if raw else fields[SUM][column] / count, count))
        return points

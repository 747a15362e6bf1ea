"""A round: read all quotas, record samples, set levels, send alerts. A failure in one of them does not stop the others."""
import fcntl
import os
import time

import alerts
import metrics
from entries import load
from history import HOUR, KEEP_DAYS, SAMPLE_SECONDS, History
from levels import NAMES, level, percent
from sources import Sources, Unreadable
from state import State
from trend import full_at, trend

DELIVERY_SECONDS = 120
ENOUGH_HOURS = 12  # from this age on the trend uses hours, before that samples
NEW = {"level": 0, "crossings": 0, "crossed": 0, "event": None, "undelivered": False, "error": None, "trend": None}


class Places:
    def __init__(self, root="/var/lib/pvesmb"):
        self.entries = os.path.join(root, "quota.d")
        self.data = os.path.join(root, "quota")
        self.state = os.path.join(self.data, "state")
        self.metrics = [os.path.join(root, "metrics", "quota.prom"), "/var/lib/prometheus/node-exporter/pvesmb-quota.prom"]


class Round:
    def __init__(self, places, now):
        self.places, self.now, self.faults = places, now, 0
        self.entries, complaints = load(places.entries)
        self.state = State(places.state)
        self.history = History(places.data, max((entry.get("keep", KEEP_DAYS) for entry in self.entries.values()), default=KEEP_DAYS))
        self.columns, self.quotas, self.new = self.state.value["columns"], self.state.value["quotas"], []
        for each in complaints:
            self.fault(each)

    def fault(self, text):
        self.faults += 1
        alerts.journal(3, text)

    def attempt(self, function, *arguments):
        try:
            return function(*arguments)
        except OSError as error:
            return self.fault(f"{error.filename or self.places.data}: {error.strerror}")

    def run(self):
        self.seats()
        # Column assignments must be saved before the first sample.
        if self.save() is None:
            for each in self.new:
                del self.columns[each]
        if self.entries:
            waiting = self.attempt(self.waiting) or {}
            readings = self.read(waiting)
            if self.columns:
                self.attempt(self.record, readings)
            self.judge(readings)
            self.save()
            self.attempt(self.publish, readings, waiting)
            self.deliver()
            self.save()

    def save(self):
        return self.attempt(self.state.save)

    def seats(self):
        """Assigns the lowest free column to each new quota and frees the columns of removed ones."""
        for gone in [each for each in self.columns if each not in self.entries]:
            del self.columns[gone]
            self.quotas.pop(gone, None)
        taken = {column for column, _ in self.columns.values()}
        free = (column for column in range(len(taken) + len(self.entries)) if column not in taken)
        span = int(self.now) // SAMPLE_SECONDS
        for seat in self.columns.values():
            seat[1] = min(seat[1], span)  # the clock was ahead when it was assigned
        self.new = [each for each in self.entries if each not in self.columns]
        for each in self.new:
            self.columns[each] = [next(free), span]
        for each in self.entries:
            self.quotas[each] = {**NEW, "pending": [], **self.quotas.get(each, {})}

    def waiting(self):
        """-> id -> (time, used, limit, files) for the quotas that already have a sample in their current period."""
        slow = {id: entry["every"] for id, entry in self.entries.items() if entry.get("every", SAMPLE_SECONDS) > SAMPLE_SECONDS}
        if not slow:
            return {}
        self.history.attach()
        begin = {id: int(self.now) // every * every // SAMPLE_SECONDS for id, every in slow.items()}
        seats = {id: (column, max(since, begin[id])) for id, (column, since) in self.columns.items() if id in slow}
        last = self.history.last(self.now, dict(seats.values()))
        return {id: last[column] for id, (column, _) in seats.items() if column in last}

    def read(self, waiting):
        """-> id -> (used, limit, files)"""
        sources, readings = Sources(), {}
        for each, entry in self.entries.items():
            if each in waiting:
                continue
            error = None
            try:
                used, limit, files = sources.read(entry["source"])
                readings[each] = (used, entry.get("limit", limit), files)
            except (Unreadable, KeyError, TypeError, ValueError, AttributeError) as trouble:
                error = (str(trouble) if isinstance(trouble, Unreadable) else repr(trouble))[:200]
                if self.quotas[each]["error"] is None:
                    alerts.journal(4, f"quota {entry['label']} cannot be read: {error}")
            self.quotas[each]["error"] = error
        return readings

    def record(self, readings):
        since = dict(self.columns.values())
        for complaint in self.history.open(max(since) + 1):
            self.fault(complaint)
        if self.history.samples.fd is None:
            return
        values = {self.columns[each][0]: values for each, values in readings.items() if each in self.columns}
        new = [self.columns[each][0] for each in self.new if each in self.columns]
        self.trends(self.history.record(self.now, values, since, new))

    def trends(self, hour_over):
        """Recomputed after each full hour; for young quotas in each round."""
        span = int(self.now) // SAMPLE_SECONDS
        young = {id for id, (_, since) in self.columns.items() if (span - since) * SAMPLE_SECONDS < ENOUGH_HOURS * HOUR}
        old = {id for id in self.columns if id not in young and (hour_over or self.quotas[id]["trend"] is None)}
        for ids, ring in ((young, self.history.samples), (old, self.history.hours)):
            if ids:
                points = self.history.points(self.now, {self.columns[id][0]: self.columns[id][1] for id in ids}, ring)
                for id in ids:
                    self.quotas[id]["trend"] = trend(points[self.columns[id][0]])

    def judge(self, readings):
        for each, (used, limit, _) in readings.items():
            entry, record = self.entries[each], self.quotas[each]
            full = percent(used, limit)
            if full is None:
                continue
            before = min(record["level"], len(entry["thresholds"]))
            now = level(full, before, entry["thresholds"], entry["hysteresis"])
            record["level"] = now
            if now != before:
                record["crossings"] += 1
                record["event"] = alerts.crossing(entry, before, now, (int(self.now), used, limit, full), record["crossings"])
                record["crossed"], record["undelivered"] = int(self.now), False
                record["pending"] = [alerts.key(target) for target in entry["alerts"]]

    def publish(self, readings, waiting):
        rows = []
        for each, entry in self.entries.items():
            record = self.quotas[each]
            at, used, limit, files = waiting.get(each) or (int(self.now), *readings.get(each, (None,) * 3))
            rows.append((each, entry["label"], {
                "used": used,
                "limit": limit,
                "files": files,
                "level": record["level"] if percent(used, limit) is not None else None,
                "growth": record["trend"] and record["trend"]["bytesPerDay"],
                "fullAt": full_at(record["trend"], self.now, used, limit),
                "at": at if used is not None else None,
                "readable": int(used is not None),
                "pending": len(record["pending"]),
            }))  # fmt: skip
        metrics.publish(metrics.render(rows, {"at": int(self.now), "cpu": round(time.process_time(), 3), "faults": self.faults}), self.places.metrics)

    def deliver(self):
        """Limited in time; the rest is left to the next round. Saves the state every few seconds, so that deliveries are not repeated."""
        delivery, began = alerts.Delivery(), time.monotonic()
        saved = began
        for each, entry in self.entries.items():
            if self.quotas[each]["pending"] and time.monotonic() - began < DELIVERY_SECONDS:
                delivery.work(entry, self.quotas[each], self.now)
                if time.monotonic() - saved > 5:
                    self.save()
                    saved = time.monotonic()


def collect(places, now=None):
    """-> number of faults"""
    folder = os.open(places.data, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        this = Round(places, time.time() if now is None else now)
        this.run()
        return this.faults
    except BlockingIOError:
        return 0  # another round is running
    finally:
        os.close(folder)


def report(places, now=None):
    """The report that report.ts parses."""
    now = time.time() if now is None else now
    entries, _ = load(places.entries)
    state, history = State(places.state).value, History(places.data)
    history.attach()
    columns = {id: state["columns"][id] for id in entries if id in state["columns"]}
    last = history.last(now, dict(columns.values()))
    quotas = {}
    for each in entries:
        column, _ = columns.get(each, (None, None))
        record = state["quotas"].get(each, {"level": 0, "trend": None, "error": None})
        at, used, limit, files = last.get(column, (None,) * 4)
        full = percent(used, limit)
        quotas[each] = {
            "at": at,
            "used": used,
            "limit": limit,
            "files": files,
            "percent": full,
            "level": "unknown" if full is None else NAMES[record["level"]],
            "trend": record["trend"],
            "fullAt": full_at(record["trend"], at, used, limit),
            "error": record["error"],
        }
    return {"v": 1, "quotas": quotas}

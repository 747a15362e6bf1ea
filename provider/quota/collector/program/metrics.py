"""
One text for both readers: OpenMetrics over HTTP, and node-exporter's textfile collector (gauges without timestamps; it reads OpenMetrics'
UNIT and EOF lines as comments). docs/quota-usage.md documents the names.
"""
import contextlib
import os

QUOTA = [
    ("pvesmb_quota_used_bytes", "bytes", "Bytes that count against the quota.", "used"),
    ("pvesmb_quota_limit_bytes", "bytes", "The quota's hard limit.", "limit"),
    ("pvesmb_quota_files", "", "Files and directories that count against the quota.", "files"),
    ("pvesmb_quota_level", "", "0 ok, 1 warning, 2 critical, 3 emergency, by the quota's thresholds and hysteresis.", "level"),
    ("pvesmb_quota_growth_bytes_per_day", "", "Theil-Sen slope of the last two weeks.", "growth"),
    ("pvesmb_quota_full_timestamp_seconds", "seconds", "When the limit is reached if it goes on so; absent when not in sight.", "fullAt"),
    ("pvesmb_quota_sample_timestamp_seconds", "seconds", "When the figures were read.", "at"),
    ("pvesmb_quota_readable", "", "Whether the last attempt to read the usage succeeded.", "readable"),
    ("pvesmb_quota_alerts_pending", "", "Alerts that could not be delivered yet.", "pending"),
]
ROUND = [
    ("pvesmb_quota_collector_last_run_timestamp_seconds", "seconds", "When the collector last ran.", "at"),
    ("pvesmb_quota_collector_cpu_seconds", "seconds", "Processor time of that run.", "cpu"),
    ("pvesmb_quota_collector_faults", "", "Things that went wrong in that run; the journal names them.", "faults"),
]


def label(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def family(name, unit, help_text):
    return [f"# TYPE {name} gauge", *([f"# UNIT {name} {unit}"] if unit else []), f"# HELP {name} {help_text}"]


def render(quotas, round_figures):
    """`quotas`: [(id, label, figures)]"""
    lines = []
    names = [f'{{id="{label(quota)}",quota="{label(name)}"}}' for quota, name, _ in quotas]
    for name, unit, help_text, field in QUOTA:
        lines += family(name, unit, help_text)
        lines += [f"{name}{labels} {figures[field]}" for labels, (_, _, figures) in zip(names, quotas) if figures[field] is not None]
    for name, unit, help_text, field in ROUND:
        lines += [*family(name, unit, help_text), f"{name} {round_figures[field]}"]
    return "\n".join([*lines, "# EOF", ""])


def publish(text, paths):
    """Writes atomically, and only into existing directories."""
    for path in paths:
        if not os.path.isdir(os.path.dirname(path)):
            continue
        temp = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.new")  # not *.prom: node-exporter would read it
        try:
            with open(temp, "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), 0o644)
                file.write(text)
            os.rename(temp, path)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(temp)
            raise OSError(error.errno, error.strerror, path) from None


def serve(path, source, sink):
    """Answers one HTTP request, on a connection that systemd accepted."""
    request = source.readline(8192).decode("latin-1").split()
    while source.readline(8192).strip():
        pass
    body, status = b"not found\n", "404 Not Found"
    if request[:2] in (["GET", "/metrics"], ["HEAD", "/metrics"]):
        with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
            body, status = file.read(), "200 OK"
    kind = "application/openmetrics-text; version=1.0.0; charset=utf-8" if status == "200 OK" else "text/plain"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    sink.write(head.encode() + (b"" if request[:1] == ["HEAD"] else body))
    sink.flush()

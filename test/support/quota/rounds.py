"""Runs the collector on the test's clock: reads and answers lines of JSON. argv: program folder, root folder, sendmail, PVE's forwarder."""
import json
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import alerts  # noqa: E402
import collect  # noqa: E402
from history import COUNT, MAX, MIN, SUM, History  # noqa: E402
from trend import full_at, trend  # noqa: E402

alerts.SENDMAIL, alerts.PVE_FORWARD = sys.argv[3], [sys.argv[4]]
places = collect.Places(sys.argv[2])
places.metrics = places.metrics[:1]


def kept(now):
    """All recorded values of column 0."""
    history = History(places.data)
    history.attach()
    rows = {"samples": [(span * 300 + offset, fields[0][0]) for span, offset, fields in history.samples.all()]}
    for name, ring in (("hours", history.hours), ("quarters", history.quarters)):
        rows[name] = [(span * ring.seconds, *(fields[field][0] for field in (COUNT, SUM, MIN, MAX))) for span, _, fields in ring.all()]
    return rows


ASKED = {
    "round": lambda ask: collect.collect(places, ask["now"]),
    "report": lambda ask: collect.report(places, ask["now"]),
    "kept": lambda ask: kept(ask["now"]),
    "trend": lambda ask: trend(ask["points"]),
    "full": lambda ask: full_at(ask["trend"], ask["at"], ask["used"], ask["limit"]),
}
for line in sys.stdin:
    ask = json.loads(line)
    print(json.dumps(ASKED[ask["do"]](ask)), flush=True)

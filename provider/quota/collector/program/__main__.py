"""pvesmb's collector of quota usage. `collect`: one round; `report`: what is known, as JSON; `serve`: one HTTP request for the metrics."""
import sys


def main(mode):
    if mode == "serve":
        import metrics

        metrics.serve("/var/lib/pvesmb/metrics/quota.prom", sys.stdin.buffer, sys.stdout.buffer)
        return 0
    import json

    import collect

    places = collect.Places()
    if mode == "collect":
        return 1 if collect.collect(places) else 0
    if mode == "report":
        print(json.dumps(collect.report(places), separators=(",", ":")))
        return 0
    print(f"{__doc__}", file=sys.stderr)
    return 64


sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))

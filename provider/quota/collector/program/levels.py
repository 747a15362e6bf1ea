"""Levels with hysteresis: a level starts at its threshold and ends some points below it, so that usage near a threshold alerts once."""

NAMES = ["ok", "warning", "critical", "emergency"]


def percent(used, limit):
    return round(used * 100 / limit, 2) if used is not None and limit else None


def level(full, before, thresholds, hysteresis):
    reached = sum(full >= each for each in thresholds)
    kept = sum(full >= each - hysteresis for each in thresholds)
    return max(reached, min(before, kept))

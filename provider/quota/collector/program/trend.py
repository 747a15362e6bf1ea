"""Growth rate: the Theil-Sen slope (median over all pairs of points, robust against outliers) with Sen's confidence interval."""
import math

DAY = 86400
MOST = 56  # points; more pairs would cost more than they are worth
FEWEST, SHORTEST = 3, 3600  # minimum points and seconds for a trend
HORIZON = 3650 * DAY


def thinned(points):
    """At most MOST points: averages neighbours, weighted by their number of samples."""
    group = math.ceil(len(points) / MOST)
    for i in range(0, len(points), group):
        part = points[i : i + group]
        weight = sum(count for _, _, count in part)
        yield sum(t * count for t, _, count in part) / weight, sum(y * count for _, y, count in part) / weight


def trend(points):
    """`points`: [(time, value, samples)], oldest first. -> the trend as in report.ts, or None."""
    if len(points) < FEWEST or points[-1][0] - points[0][0] < SHORTEST:
        return None
    few = list(thinned(points))
    slopes = sorted((b - a) / (t - s) for i, (s, a) in enumerate(few) for t, b in few[i + 1 :])
    n, pairs = len(few), len(slopes)
    # Sen's interval: slopes ranked around the median, 1.96 standard deviations of Kendall's statistic on each side.
    width = 1.96 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = slopes[max(0, math.floor((pairs - width) / 2))]
    high = slopes[min(pairs - 1, math.ceil((pairs + width) / 2))]
    middle = (slopes[(pairs - 1) // 2] + slopes[pairs // 2]) / 2
    return {
        "bytesPerDay": round(middle * DAY),
        "low": round(low * DAY),
        "high": round(high * DAY),
        "samples": sum(count for _, _, count in points),
        "seconds": round(points[-1][0] - points[0][0]),
    }


def full_at(found, at, used, limit):
    """When the limit will be reached; None unless growth is significant and reaches it within ten years."""
    if not found or used is None or not limit or found["low"] <= 0:
        return None
    left = max(0, limit - used) * DAY / found["bytesPerDay"]
    return round(at + left) if left <= HORIZON else None

# ===- paired.py - Statistics of alternating runs ---------------------------=== #
"""Two contestants run in alternating rounds, the same turns in each. The machine
changes from minute to minute but little within a round: what is compared is the
ratio of the two medians of one round, and then the median of these ratios."""

import math


def median(values):
    return quantile(values, 0.5)


def quantile(values, part):
    """Linear between the two nearest of the sorted values."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("expects values, found none")
    place = part * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def quartiles(values):
    return [quantile(values, 0.25), quantile(values, 0.75)]


def geometric_mean(values):
    if not values:
        raise ValueError("expects values, found none")
    return math.exp(sum(map(math.log, values)) / len(values))


def summarize(rounds):
    """The time of a call, from the seconds of the calls of each round."""
    medians = [median(seconds) for seconds in rounds]
    return {"seconds": median(medians), "quartiles": quartiles(medians), "best": min(map(min, rounds)),
            "calls": sum(map(len, rounds)), "rounds": len(rounds)}


def compare(first, second):
    """How many times as long `second` takes, from rounds in the same order."""
    if len(first) != len(second):
        raise ValueError(f"expects as many rounds of both, found {len(first)} and {len(second)}")
    ratios = [median(b) / median(a) for a, b in zip(first, second)]
    return {"ratio": median(ratios), "quartiles": quartiles(ratios)}


def share_of_roof(rounds, rates, amount):
    """The part of the roof that is reached: of each round, the least time that its
    roof allows by the median of its calls; the median of these. `rates` has those of
    each round's windows, `amount` is what a call does. Both sides are medians: the
    best of some windows would be compared with no other best."""
    if len(rounds) != len(rates):
        raise ValueError(f"expects as many rounds of both, found {len(rounds)} and {len(rates)}")
    return median([amount / median(found) / median(seconds) for found, seconds in zip(rates, rounds)])


def plan(seconds, budget, rounds=8, longest=6.0):
    """Rounds, and calls of each side in a round, for contestants whose calls
    take `seconds`: about `budget` in all, and no more than `longest` for as long
    as there are three rounds."""
    whole = sum(seconds)
    rounds = max(3, min(rounds, int(longest / whole))) if whole > 0 else rounds
    calls = [max(1, min(64, round(budget / len(seconds) / rounds / time))) if time > 0 else 64
             for time in seconds]
    # The same turns for both.
    return rounds, min(calls)

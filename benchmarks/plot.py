# ===- plot.py - Results as SVG ---------------------------------------------=== #
"""Share of the roof over the number of tokens, a line for each contestant."""

import math

COLORS = ["#000000", "#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22"]
WIDTH, HEIGHT = 420, 300
LEFT, TOP, RIGHT, BOTTOM = 50, 30, 10, 40


def lines_of(records):
    """Contestant: {tokens: share of the roof}."""
    lines = {}
    for record in records:
        name, share = ("ours", "share") if record["peer"] is None else (record["peer"], "other_share")
        lines.setdefault(name, {})[record["tokens"]] = record[share]
    return lines


def panel(title, lines, names, x0):
    """One set of axes at x0."""
    tokens = sorted({count for line in lines.values() for count in line})
    low, high = math.log2(tokens[0]), math.log2(max(tokens[-1], 2 * tokens[0]))
    x = lambda count: x0 + LEFT + (math.log2(count) - low) / (high - low) * (WIDTH - LEFT - RIGHT)
    y = lambda share: TOP + (1 - min(share, 1.05) / 1.05) * (HEIGHT - TOP - BOTTOM)
    text = lambda at_x, at_y, words, anchor: (f'<text x="{at_x:.1f}" y="{at_y:.1f}" '
                                              f'text-anchor="{anchor}">{words}</text>')
    parts = [text(x0 + WIDTH / 2, TOP - 12, title, "middle")]
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<line x1="{x0 + LEFT}" x2="{x0 + WIDTH - RIGHT}" y1="{y(share):.1f}" y2="{y(share):.1f}" '
                     f'stroke="#ccc"/>')
        parts.append(text(x0 + LEFT - 6, y(share) + 4, f"{share:.0%}", "end"))
    for count in tokens:
        parts.append(text(x(count), HEIGHT - BOTTOM + 16, count, "middle"))
    parts.append(text(x0 + WIDTH / 2, HEIGHT - 6, "tokens", "middle"))
    for name in names:
        points = sorted(lines.get(name, {}).items())
        color = COLORS[names.index(name) % len(COLORS)]
        path = " ".join(f"{x(count):.1f},{y(share):.1f}" for count, share in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" '
                     f'stroke-width="{2.5 if name == "ours" else 1.2}"/>')
        parts += [f'<circle cx="{x(count):.1f}" cy="{y(share):.1f}" r="2.5" fill="{color}"/>'
                  for count, share in points]
    return parts


def draw(records):
    """Name and SVG of each layer and routing, of pairs of experts only; a panel
    for each type and number of threads."""
    figures = {}
    for record in records:
        if record["what"] == "experts":
            panels = figures.setdefault(f"{record['layer']}-{record['routing']}", {})
            panels.setdefault((record["dtype"], record["threads"]), []).append(record)
    for figure, panels in figures.items():
        lines = {key: lines_of(found) for key, found in panels.items()}
        names = sorted({name for found in lines.values() for name in found}, key=lambda name: (name != "ours", name))
        parts = []
        for number, (key, found) in enumerate(sorted(lines.items())):
            parts += panel(f"{figure}, {key[0]}, {key[1]} threads: share of the roof", found, names, number * WIDTH)
        width = WIDTH * len(panels) + 110
        for number, name in enumerate(names):
            at = TOP + 16 * number
            parts.append(f'<line x1="{width - 104}" x2="{width - 88}" y1="{at}" y2="{at}" '
                         f'stroke="{COLORS[number % len(COLORS)]}" stroke-width="2"/>')
            parts.append(f'<text x="{width - 84}" y="{at + 4}">{name}</text>')
        yield figure, (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" '
                       f'font-family="sans-serif" font-size="11">\n<rect width="100%" height="100%" fill="white"/>\n'
                       + "\n".join(parts) + "\n</svg>\n")

"""Charts as SVG: made of numbers only, coloured by the classes of the page."""

from collections.abc import Iterator, Sequence
from html import escape

from .model import Counted, Run

_OUTCOMES = ("migrated", "unchanged", "conflicts", "rejected")
_STEP, _HEIGHT, _MARGIN = 26, 110, 22
_BAR = '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'


def outcome_bar(counted: Counted) -> str:
    """Return the outcomes of documents as parts of one bar of full width."""
    at, parts = 0.0, []
    for outcome, width in zip(_OUTCOMES, _lengths(counted, counted.found, 100, least=1.5), strict=True):
        if width:
            parts.append(f'<rect class="{outcome}" x="{at:.2f}" width="{width:.2f}" height="10"/>')
            at += width
    return f"{_BAR}{''.join(parts)}</svg>"


def share_bar(number: int, most: int) -> str:
    """Return a number as a bar, as long as its share of the largest of its kind."""
    width = f"{max(number * 100 / most, 0.6):.2f}"
    return f'{_BAR}<rect class="rejected" width="{width}" height="10" rx="0.5"/></svg>'


def _lengths(counted: Counted, total: int, whole: float, least: float) -> list[float]:
    """Return the length of each outcome; small ones get a least length at the expense of the longest."""
    numbers = [getattr(counted, outcome) for outcome in _OUTCOMES]
    total = max(total, sum(numbers), 1)
    lengths = [max(number * whole / total, least) if number else 0.0 for number in numbers]
    longest = numbers.index(max(numbers))
    surplus = sum(lengths) - sum(numbers) * whole / total
    lengths[longest] = max(lengths[longest] - surplus, min(lengths[longest], least))
    return lengths


def timeline(runs: Sequence[Run], this: int | None) -> str:
    """Return a chart of the documents that runs found, by outcome, the oldest run on the left."""
    most = max(max(run.totals.found for run in runs), 1)
    width = _STEP * len(runs) + 2 * _MARGIN
    height = _HEIGHT + 2 * _MARGIN
    title = f"Documents found by the last {len(runs)} runs, at most {most:,}; the table below has the numbers"
    parts = [
        f'<svg class="timeline" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<text x="{_MARGIN}" y="{_MARGIN - 8}">{most:,} documents</text>',
        f'<line x1="{_MARGIN}" x2="{width - _MARGIN}" y1="{_MARGIN}" y2="{_MARGIN}" stroke-dasharray="2 3"/>',
        *(_columns(reversed(runs), most, this)),
        f'<line x1="{_MARGIN}" x2="{width - _MARGIN}" y1="{_MARGIN + _HEIGHT}" y2="{_MARGIN + _HEIGHT}"/>',
        "</svg>",
    ]
    return "".join(parts)


def _columns(runs: Iterator[Run], most: int, this: int | None) -> Iterator[str]:
    for position, run in enumerate(runs):
        x, y = _MARGIN + position * _STEP + 3, float(_MARGIN + _HEIGHT)
        for outcome, height in zip(_OUTCOMES, _lengths(run.totals, most, _HEIGHT, least=2), strict=True):
            if height > 0:
                outcome = outcome if run.is_kept else "undone"
                y -= height
                size = f'width="{_STEP - 6}" height="{height:.2f}"'
                yield f'<rect class="{outcome}" x="{x}" y="{y:.2f}" {size}/>'
        mark = ' class="now"' if run.id == this else ""
        place = f'x="{x + _STEP / 2 - 3}" y="{_MARGIN + _HEIGHT + 14}"'
        yield f'<text{mark} {place} text-anchor="middle">{run.id}</text>'


def scale_bar(pixels_per_mm: float) -> str:
    """Return a line as long as 10 mm in the drawings."""
    length = f"{pixels_per_mm * 10:.2f}"
    return (
        f'<svg class="scale" width="{length}" height="8" viewBox="0 0 {length} 8" aria-hidden="true"'
        ' stroke="currentColor">'
        f'<path d="M0.5 1V7M0.5 4H{length}M{pixels_per_mm * 10 - 0.5:.2f} 1V7"/></svg>'
    )

"""The real ranges of rosettes and strips (docs/domain.md, Units): a value outside is a warning."""

from collections.abc import Callable

from ...diagnostics import Severity, shown
from ...entities import JOBLOG, PATTERN, STRIP_FAMILY, Entity
from ...rosette import Ring, Slip, overlaps, read_rings, rings_of, slips_in
from ..rule import Family, Row, RowCheck, RowTest, RowViolations, Rule, Subject, check_of

RING_RADIUS_MM = (10, 100)
RING_WIDTH_MM = (2, 10)
STRIP_WIDTH_MM = (0.4, 10)
TILES = (2, 300)
WASTE_PERCENT = (0, 100)


def _rings(row: Row) -> list[Ring]:
    """Return the rings of a row's geometry, read once for all rules."""
    rings: list[Ring] | None = row.get("rings")
    if rings is None:
        rings = row["rings"] = read_rings(row["geometry"] or {})
    return rings


def _unusual_rings(row: Row) -> list[Ring]:
    """Return the rings with an unusual measure, found once for all rules; most rows have none."""
    unusual: list[Ring] | None = row.get("unusual_rings")
    if unusual is None:
        unusual = row["unusual_rings"] = [ring for ring in _rings(row) if not _is_usual(ring)]
    return unusual


def _is_usual(ring: Ring) -> bool:
    _, radius, width, segments, *_ = ring
    return (
        (radius is None or _within(radius, RING_RADIUS_MM))
        and (width is None or _within(width, RING_WIDTH_MM))
        and ((tiles := ring.tiles if segments is None else segments) is None or _within(tiles, TILES))
    )


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _each_ring(
    read: Callable[[Ring], float | None], what: str, bounds: tuple[float, float | None]
) -> RowTest:
    low, high = bounds
    said = f"{low} to {high}" if high is not None else f"at least {low}"

    def find(row: Row) -> RowViolations:
        if not _unusual_rings(row):
            return ()
        values = ((ring.number, read(ring)) for ring in _unusual_rings(row))
        return [
            ("geometry_json", f"ring {number}: {what} {value:g}, usual is {said}")
            for number, value in values
            if value is not None and (value < low or (high is not None and value > high))
        ]

    return find


def _tiles(ring: Ring) -> float | None:
    """Return a ring's tiles; None for a ring without any, which is a matter for the rule on segments."""
    tiles = ring.tiles
    return tiles if tiles is None or tiles >= 1 or ring.segments is None else None


def _overlapping(row: Row) -> RowViolations:
    return [
        (
            "geometry_json",
            f"ring {one.number} (radius {one.radius_mm:g}, width {one.width_mm:g} mm)"
            f" overlaps ring {other.number} (radius {other.radius_mm:g}, width {other.width_mm:g} mm)",
        )
        for one, other in overlaps(_rings(row))
    ]


def _ring_count(row: Row) -> RowViolations:
    geometry, stated = row["geometry"], row["ring_count"]
    listed = rings_of(geometry) if geometry else None
    if listed is None or stated is None or stated == len(listed):
        return ()
    return [("ring_count", f"ring_count is {stated}, the geometry lists {len(listed)}")]


def _strip_width(row: Row) -> RowViolations:
    low, high = STRIP_WIDTH_MM
    width = row["width_mm"]
    if width is None or low <= width <= high:
        return ()
    return [("width_mm", f"the strips are {width:g} mm wide, usual is {low} to {high} mm")]


def _slips(slip: Slip) -> RowCheck:
    """Return the check for one kind of slip in geometry and strips; it finds one thing a record."""

    def in_column(field: str) -> RowTest:
        def find(row: Row) -> RowViolations:
            held = row[field]
            found = [(steps, value) for kind, steps, value in slips_in(held) if kind is slip] if held else []
            if not found:
                return ()
            place = "/".join(str(step) for step in found[0][0])
            more = f", and {len(found) - 1:,} more" if len(found) > 1 else ""
            return [(f"{field}_json", f"{place or field} is {shown(found[0][1])}{more}")]

        return find

    checks = {PATTERN: in_column("geometry"), STRIP_FAMILY: in_column("strips")}

    def for_entity(one: Entity, _: Subject) -> RowTest | None:
        return checks.get(one)

    return RowCheck(for_entity)


def _waste(row: Row) -> RowViolations:
    results = row["results"]
    waste = results.get("waste_percentage") if results else None
    low, high = WASTE_PERCENT
    if waste is None or (type(waste) in (int, float) and low <= waste <= high):
        return ()
    return [("results_json", f"waste_percentage is {shown(waste)}, possible is {low} to {high}")]


_AGAIN = "then migrate it with --on-conflict replace"
_LOOK = f"look at the drawing; if it is a mistake, correct the document, {_AGAIN}"

FAMILY = Family(
    "geometry",
    "geometry and other real ranges",
    (
        Rule(
            "ring-radius",
            Severity.WARNING,
            "Ring radii are 10 to 100 mm",
            "No sound hole is smaller or larger; a value far off is often in inches or a diameter.",
            _LOOK,
            check_of(PATTERN, _each_ring(lambda ring: ring.radius_mm, "radius in mm", RING_RADIUS_MM)),
        ),
        Rule(
            "ring-width",
            Severity.WARNING,
            "Ring widths are 2 to 10 mm",
            "Other widths were rarely made; a value far off is often in inches.",
            _LOOK,
            check_of(PATTERN, _each_ring(lambda ring: ring.width_mm, "width in mm", RING_WIDTH_MM)),
        ),
        Rule(
            "ring-tiles",
            Severity.WARNING,
            "Rings have 2 to 300 tiles",
            "The tiles as stated, or as many as fit the circumference by their length.",
            _LOOK,
            check_of(PATTERN, _each_ring(_tiles, "tiles", TILES)),
        ),
        Rule(
            "ring-segments",
            Severity.WARNING,
            "Every ring has at least one segment",
            "A ring with no segments cannot be cut.",
            _LOOK,
            check_of(PATTERN, _each_ring(lambda ring: ring.segments, "segments", (1, None))),
        ),
        Rule(
            "rings-overlap",
            Severity.WARNING,
            "The rings of a pattern do not overlap",
            "Two rings overlap, whether their radius means the centre line, the inner edge or the outer"
            " edge.",
            _LOOK,
            check_of(PATTERN, _overlapping),
        ),
        Rule(
            "ring-count-differs",
            Severity.WARNING,
            "ring_count is the number of rings in the geometry",
            "The count is stored as the document states it, even if its list of rings is shorter or longer.",
            f"count the rings; correct the number, or complete the list, {_AGAIN}",
            check_of(PATTERN, _ring_count),
        ),
        Rule(
            "number-in-quotes",
            Severity.WARNING,
            "No measure of a ring or strip is in quotes",
            "Such a number is text: a ring without its numbers is not drawn, and no other rule checks it.",
            f"remove the quotes in the document, {_AGAIN}",
            _slips(Slip.QUOTED),
        ),
        Rule(
            "powershell-list",
            Severity.WARNING,
            "No list of rings or strips is an object with value and Count",
            "ConvertTo-Json of Windows PowerShell 5.1 writes lists this way; programs that expect a list do"
            " not find it.",
            f"replace the object in the document by the list under value, {_AGAIN}",
            _slips(Slip.POWERSHELL),
        ),
        Rule(
            "strip-width",
            Severity.WARNING,
            "Strips are 0.4 to 10 mm wide",
            "Other widths were rarely cut; a value far off is often in inches.",
            f"measure a strip; if it is a mistake, correct the document, {_AGAIN}",
            check_of(STRIP_FAMILY, _strip_width),
        ),
        Rule(
            "waste-impossible",
            Severity.WARNING,
            "Waste is 0 to 100 %",
            "results.waste_percentage is a percentage of the material, which statistics add up.",
            f"correct the value in the document, {_AGAIN}",
            check_of(JOBLOG, _waste),
        ),
    ),
)

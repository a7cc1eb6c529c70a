"""Documents that the recorder writes itself: native ones, and those of generations that no example has."""

from typing import Any

Document = dict[str, Any]

_RINGS = [{"ring_id": 1, "radius_mm": 42.5, "width_mm": 3}, {"ring_id": 2, "radius_mm": 46, "width_mm": 2.5}]
_DESIGN = {
    "outer_diameter_mm": 104.0,
    "inner_diameter_mm": 86,
    "ring_params": [{"ring_index": 0, "width_mm": 4.5, "pattern_type": "ROPE"}],
}


def family(name: str, /, **more: Any) -> Document:
    """Return a native strip family; ``more`` adds keys or replaces them."""
    strips = [{"species": "maple", "length_mm": 600}]
    native = {"id": name, "name": f"Family {name}", "strip_width_mm": 2.5, "strip_thickness_mm": 0.6}
    return {**native, "material_type": "wood", "strips": strips, **more}


def pattern(name: str, /, **more: Any) -> Document:
    """Return a native pattern without references."""
    geometry = {"rings": [{"radius_mm": 45.5, "segments": 24}]}
    return {"id": name, "name": f"Pattern {name}", "ring_count": 1, "geometry": geometry, **more}


def joblog(name: str, /, **more: Any) -> Document:
    """Return a native joblog without references."""
    return {"id": name, "job_type": "slice", "status": "completed", "parameters": {"blade_mm": 0.8}, **more}


_NOTHING = {"strip_family_id": None, "metadata": None, "updated_at": None}

OTHER_GENERATIONS: tuple[tuple[str, Document], ...] = (
    (
        "patterns",
        {
            "rmos_pattern": 1, "derived": ["created_at"], "id": "x-1", "name": "Rope",
            "pattern_type": "generic", "ring_count": 2, "geometry": {"rings": _RINGS},
            "extra": {"ts": 1767589161},
            "created_at": "2026-01-05T04:59:21.000000Z", **_NOTHING,
        },
    ),
    (
        "strip_families",
        {
            "rmos_strip_family": 1, "derived": [], "id": "x-2", "name": None, "width_mm": None,
            "thickness_mm": 0.6, "material_type": "wood", "strips": [], "metadata": {}, "extra": None,
            "created_at": None, "updated_at": None,
        },
    ),
    (
        "joblogs",
        {
            "rmos_joblog": 1, "derived": ["status"], "id": "x-3", "job_type": "slice", "status": "unknown",
            "pattern_id": "x-1", "start_time": "2025-01-15", "end_time": None, "duration_seconds": 4.5,
            "parameters": {}, "results": None, "extra": {"extra": None}, "created_at": None, **_NOTHING,
        },
    ),
    (
        "joblogs",
        {
            "artifact_id": "sa-1", "kind": "saw_batch_job_log", "status": "PARTIAL", "session_id": "s",
            "index_meta": {"tool_kind": "saw_lab", "operator": "ann"},
            "created_utc": "2026-01-19T10:00:00+00:00",
            "payload": {"operator": "ann", "notes": "burn", "metrics": {"cut_time_s": 41.5, "parts_ok": 3}},
        },
    ),
    (
        "joblogs",
        {
            "artifact_id": "sa-2", "kind": "saw_batch_execution", "status": "OK", "job_id": "not-its-own",
            "created_at_utc": "2026-01-19T09:00:00Z", "metrics": {"cut_time_s": 5},
        },
    ),
    (
        "joblogs",
        {
            "run_id": "rs-1", "created_at": "2025-12-03T08:00:00", "status": "ok", "gcode": "M30",
            "stats": {"duration_s": 12.5}, "steps": [{"n": 1}], "meta": {"blade": "b"},
        },
    ),
    (
        "patterns",
        {
            "version": "3", "design_name": "Wheel of pearl", "num_segs": 12, "sym_mode": "rotational",
            "grid": {"0,0": "maple", "2,5": "abalone"}, "ring_active": [True, True, False, True, False],
            "show_tabs": True, "saved_at": "2026-02-01",
        },
    ),
    ("patterns", {"name": "All off", "num_segs": 8, "sym_mode": "none", "grid": {}, "ring_active": [False]}),
    (
        "patterns",
        {
            "pattern_id": "lib-1", "name": "Basic rings", "description": None,
            "generator_key": "basic_rings@1",
            "params": {"ring_params": [{"width_mm": 2}], "outer_diameter_mm": 104}, "tags": ["plain"],
            "created_at": "2026-01-02T03:04:05", "updated_at": "2026-01-02T03:04:05",
        },
    ),
    (
        "patterns",
        {
            "snapshot_id": "snap-1", "name": "Before the trial", "pattern_id": "lib-1", "tags": [],
            "context_refs": {"mode": "MODE_A"}, "rosette_params": _DESIGN, "baseline": True,
            "feasibility": {"risk_bucket": "GREEN"}, "created_at": "2026-01-02T03:04:05",
            "updated_at": "2026-01-02T03:04:06",
        },
    ),
    (
        "patterns",
        {
            "name": "Three in a row", "soundhole_diameter_mm": 100.0, "style_tag": None,
            "rings": [
                {"ring_index": 0, "inner_diameter_mm": 102, "outer_diameter_mm": 108, "color": "black"},
                {"ring_index": 1, "inner_diameter_mm": 108, "outer_diameter_mm": 118.5},
            ],
        },
    ),
)  # fmt: skip

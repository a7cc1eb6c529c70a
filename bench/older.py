"""The benchmark's documents as older RMOS programs would have written them: half of a mixed tree is native.

Each function takes a native document and gives the same content in the form of one generation, ids and
references as they were, so that a mixed tree differs from a native one in nothing but the forms.
"""

import json
import random
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]


def _renamed(document: Document, **names: str) -> Document:
    return {names.get(key, key): value for key, value in document.items()}


def _without(document: Document, *keys: str) -> Document:
    return {key: value for key, value in document.items() if key not in keys}


def mixed_materials(family: Document) -> Document:
    """MM: the strips are materials, which say type and thickness themselves."""
    materials = [
        {"type": family["material_type"], "thickness_mm": family["strip_thickness_mm"], **strip}
        for strip in family["strips"]
    ]
    rest = _without(family, "strips", "material_type", "strip_thickness_mm")
    return {**_renamed(rest, strip_width_mm="default_width_mm"), "materials": materials}


def registered(family: Document) -> Document:
    """Phase 1: a family by colour."""
    rest = _without(family, "strips", "material_type", "strip_thickness_mm", "strip_width_mm")
    return {**rest, "color_hex": "#304050", "default_tile_length_mm": 2.5, "notes": str(family["strips"])}


def by_pattern_id(pattern: Document) -> Document:
    """N8 to N10: native, with the id under another name."""
    return {**_renamed(pattern, id="pattern_id"), "lane": "safe"}


def rosette_as_text(pattern: Document) -> Document:
    """N11: the geometry as JSON text."""
    rest = _without(pattern, "geometry", "ring_count", "pattern_type")
    return {**rest, "rosette_geometry": json.dumps(pattern["geometry"])}


def ring_bands(pattern: Document) -> Document:
    """Phase 1: every ring names the family."""
    family = pattern.get("strip_family_id")
    bands = [ring | {"strip_family_id": family} for ring in pattern["geometry"]["rings"]]
    rest = _without(pattern, "geometry", "ring_count", "strip_family_id")
    return {**rest, "center_x_mm": 0, "center_y_mm": 0, "ring_bands": bands}


def workflow_session(pattern: Document) -> Document:
    """Art Studio: a session around a design."""
    design = {"outer_diameter_mm": 104.5, "ring_params": pattern["geometry"]["rings"]}
    rest = _without(pattern, "geometry", "ring_count", "name", "pattern_type")
    return {**_renamed(rest, id="session_id"), "state": "approved", "design": design}


def planned(job: Document) -> Document:
    """Phase 1: a plan of the planner, its content in a key named extra."""
    rest = _without(job, "parameters")
    return {
        **_renamed(rest, pattern_id="plan_pattern_id"),
        "plan_guitars": 4,
        "extra": {"plan": job["parameters"]},
    }


def saw_run(job: Document) -> Document:
    """Saw lab: what was done stands in meta, how long it took in stats."""
    rest = _without(job, "job_type", "parameters", "results", "duration_seconds")
    return {
        **_renamed(rest, id="run_id"),
        "meta": {"op_type": job["job_type"], **job["parameters"]},
        "gcode": "G0 X0 Y0\nM30",
        "stats": {"duration_s": job["duration_seconds"], **job.get("results", {})},
    }


def cam_run(job: Document) -> Document:
    """CAM job intelligence: simulated, and told apart by its time."""
    rest = _without(job, "job_type", "parameters", "duration_seconds")
    return {**_renamed(rest, id="run_id"), "machine_id": "mill", "post_id": "grbl", **job["parameters"]}


def lane_job(job: Document) -> Document:
    """MM: on its way through the lanes."""
    rest = _renamed(_without(job, "parameters"), pattern_id="preset_id")
    return {
        **rest,
        "risk_grade": "GREEN",
        "metadata": {"cam_profile_summary": job["parameters"]},
    }


REWRITINGS: dict[str, tuple[Callable[[Document], Document], ...]] = {
    "strip_families": (mixed_materials, registered),
    "patterns": (by_pattern_id, rosette_as_text, ring_bands, workflow_session),
    "joblogs": (planned, saw_run, cam_run, lane_job),
}


def rewritten(entity: str, document: Document, chance: random.Random) -> Document:
    """Return a native document as one of its entity's older programs would have written it, or as it is."""
    return chance.choice(REWRITINGS[entity])(document) if chance.random() < 0.5 else document

"""Own documents of every generation, each as its programs wrote it, with the folder it belongs in."""

from typing import Any

RINGS = [{"ring_id": 1, "radius_mm": 42.5, "width_mm": 3}, {"ring_id": 2, "radius_mm": 46, "width_mm": 2.5}]
BANDS = [
    {"id": "outer", "index": 0, "radius_mm": 52, "width_mm": 3, "strip_family_id": "walnut-thin"},
    {"id": "inner", "index": 1, "radius_mm": 48, "width_mm": 4, "strip_family_id": "walnut-thin"},
]
DESIGN = {
    "outer_diameter_mm": 104.0,
    "inner_diameter_mm": 86,
    "ring_params": [{"ring_index": 0, "width_mm": 4.5, "pattern_type": "ROPE"}],
}

SAMPLES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "rmos export": [
        ("patterns", {"rmos_pattern": 1, "derived": ["created_at"], "id": "x-1", "name": "Rope", "pattern_type": "generic",
                      "ring_count": 2, "geometry": {"rings": RINGS}, "strip_family_id": None, "metadata": None,
                      "extra": {"ts": 1767589161, "lane": "safe"}, "created_at": "2026-01-05T04:59:21.000000Z",
                      "updated_at": None}),
        ("strip_families", {"rmos_strip_family": 1, "derived": [], "id": "x-2", "name": None, "width_mm": None,
                            "thickness_mm": 0.6, "material_type": "wood", "strips": [], "metadata": {}, "extra": None,
                            "created_at": None, "updated_at": None}),
        ("joblogs", {"rmos_joblog": 1, "derived": ["status"], "id": "x-3", "job_type": "slice", "status": "unknown",
                     "pattern_id": None, "strip_family_id": None, "start_time": "2025-01-15", "end_time": None,
                     "duration_seconds": 4.5, "parameters": {}, "results": None, "metadata": None,
                     "extra": {"extra": None}, "created_at": None, "updated_at": None}),
    ],
    "native": [
        ("patterns", {"name": "Rope", "ring_count": 2, "geometry": {"rings": RINGS}}),
        ("strip_families", {"id": "ebony", "name": "Ebony", "width_mm": 2, "thickness_mm": 0.7,
                            "material_type": "wood", "strips": [{"length_mm": 400}]}),
        ("joblogs", {"id": "n-1", "job_type": "slice", "parameters": {"blade_angle": 30}}),
    ],
    "n8-n10 docs": [
        ("patterns", {"pattern_id": "preset_7", "name": "Sevilla", "ring_count": 5, "geometry": {"rings": RINGS},
                      "lane": "safe"}),
        ("strip_families", {"family_id": "mw-1", "name": "Maple & walnut", "strip_width_mm": 1.5,
                            "strip_thickness_mm": 0.6, "material_type": "wood", "strips": []}),
        ("joblogs", {"job_id": "J-1", "job_type": "slice_batch", "preset_id": "preset_7", "parameters": {},
                     "risk_grade": "GREEN", "start_time": "2025-11-30T10:30:45Z"}),
    ],
    "N11 rosette": [
        ("patterns", {"pattern_id": "r-5", "name": "Five rings", "rosette_geometry": {"rings": RINGS}}),
        ("patterns", {"id": "r-6", "name": "As text", "geometry": {}, "metadata_json": "{}",
                      "rosette_geometry": '{"rings": [{"ring_id": 1, "radius_mm": 40.50}]}'}),
    ],
    "wave-20": [
        ("patterns", {"pattern_id": "w-1", "pattern_name": "Wave", "outer_radius_mm": 52, "inner_radius_mm": 44,
                      "rings": [{"ring_id": "a", "radius_mm": 45, "points": [{"x": 45, "y": 0}]}]}),
        ("patterns", {"pattern_id": "w-2", "pattern_name": "Begun", "outer_radius_mm": 52, "ring_count": 3,
                      "rings": []}),
    ],
    "phase-1": [
        ("patterns", {"id": "p1", "name": "Two bands", "center_x_mm": 0, "center_y_mm": 0, "ring_bands": BANDS,
                      "default_passes": 2}),
        ("strip_families", {"id": "bw", "name": "Black and white", "color_hex": "#222222",
                            "default_tile_length_mm": 2.5, "materials": [], "sequence": [], "lane": "safe"}),
        ("joblogs", {"id": "plan-1", "created_at": "2024-03-02T09:00:00.5", "job_type": "rosette_plan",
                     "pipeline_id": None, "plan_pattern_id": "p1", "plan_guitars": 4,
                     "extra": {"plan_type": "rosette_multifamily", "scrap_factor": 0.12}}),
        ("joblogs", {"job_type": "rmos_rosette_saw_batch", "pattern_id": "p1", "lane": "rosette",
                     "batch_op": {"op_type": "saw_slice_batch", "num_rings": 2}}),
        ("joblogs", {"id": "e-1", "created_at": "2024-03-02T09:00:00", "job_type": "run_created",
                     "extra": {"pattern_id": "p1"}}),
    ],
    "RTL concept": [
        ("patterns", {"id": "knot", "name": "Knot", "ring_bands": [{"id": "i", "strip_family_id": "bw"}]}),
        ("joblogs", {"job_id": "rtl-1", "job_type": "saw_slice_batch", "op_data": {"num_rings": 5},
                     "risk_summary": {"grade": "YELLOW"}, "yield_predicted": 96}),
        ("joblogs", {"id": "rtl-2", "op_type": "saw_slice_batch", "geometry_source": "circle_param"}),
    ],
    "catalogue": [
        ("patterns", {"id": "ladder", "name": "Ladder", "rows": 4, "columns": 7, "materials": ["black", "white"],
                      "totals": {"black": 16, "white": 12}, "dimensions": {"width_mm": 5.6000000000000005}}),
    ],
    "RMOS 2.0 / Art Studio": [
        ("patterns", {"session_id": "s-1", "mode": "design_first", "state": "approved", "design": DESIGN,
                      "created_at": "2026-01-27T08:33:25.141332", "history": [{"ts": "2026-01-27"}]}),
        ("patterns", {"name": "Exported", "design": {"ring_count": 3, "pattern_type": "herringbone"}}),
        ("patterns", {"id": "bare", **DESIGN}),
        ("patterns", {"id": "art", "name": "Three", "rings": 3, "description": "from the gallery"}),
    ],
    "MM": [
        ("strip_families", {"id": "mixed", "name": "Rosewood and shell", "default_width_mm": 3.5, "sequence": 0,
                            "color_hex": "#999999",
                            "materials": [{"key": "a", "type": "wood", "thickness_mm": 0.8},
                                          {"key": "b", "type": "shell", "thickness_mm": 0.5}]}),
        ("strip_families", {"id": "alike", "materials": [{"type": "wood", "thickness_mm": 0.8},
                                                         {"type": "wood", "thickness_mm": 0.8}]}),
        ("joblogs", {"preset_id": "preset_7", "job_type": "pipeline_run", "lane": "tuned_v1",
                     "risk_grade": "UNKNOWN", "metadata": {"cam_profile_summary": {"worst": 0.2}}}),
        ("joblogs", {"job_type": "batch", "metadata": {"subjobs": []}}),
    ],
    "saw lab": [
        ("joblogs", {"run_id": "SAW-1", "created_at": "2025-11-27T10:15:30", "status": "completed",
                     "meta": {"op_type": "slice", "feed_ipm": 120, "risk_grade": None}, "gcode": "G0 X0\nM30",
                     "stats": {"duration_s": 45.2, "total_length_mm": 1200.5}}),
        ("joblogs", {"job_id": "T-1", "machine_id": "saw_2", "cut_type": "rip", "start_time": "2026-01-30"}),
        ("joblogs", {"run_id": "F-1", "timestamp": "2025-12-01T10:00:00", "op_type": "contour", "safe_z": 5,
                     "planned_feed_ipm": 80, "actual_time_s": 31.5, "status": "aborted"}),
    ],
    "CAM job intelligence": [
        ("joblogs", {"run_id": "prog-1", "job_name": "Bridge", "machine_id": "mill", "post_id": "grbl",
                     "sim_time_s": 123.5, "created_at": "2025-11-19T06:00:00.7381472-06:00"}),
        ("joblogs", {"job_id": "own-id", "machine_id": "mill", "post_id": "grbl", "preset_id": "aggressive",
                     "actual_time_s": 420, "predicted_time_s": 380}),
        ("joblogs", {"run_id": "prog-2", "machine_id": "mill", "sim_issues": []}),
    ],
    "N14 CNC export": [
        ("joblogs", {"job_id": "X-1", "created_at": "2025-12-01T15:30:45Z", "status": "completed", "ring_id": 0,
                     "material": "hardwood", "safety_decision": "allow", "runtime_sec": 32.1, "pattern_id": None}),
    ],
    "Art Studio jobs": [
        ("joblogs", {"id": "a-1", "lane": "rosette", "created_at": 1767589161.968149,
                     "payload": {"job_id": "a-1", "payload": {"segments": 64}}}),
        ("joblogs", {"job_id": "a-2", "post_preset": "grbl", "rings": 5, "meta": {"tool_d": 6.0},
                     "created_at": "1767589161.5"}),
        ("joblogs", {"id": "a-3", "job_type": "contour", "post_preset": None, "meta": {}}),
    ],
    "shop artifacts": [
        ("joblogs", {"artifact_id": "sa-1", "kind": "saw_batch_job_log", "status": "PARTIAL", "session_id": "s",
                     "index_meta": {"tool_kind": "saw_lab", "operator": "ann"}, "created_utc": "2026-01-19T10:00:00+00:00",
                     "payload": {"operator": "ann", "notes": "burn", "metrics": {"cut_time_s": 41.5, "parts_ok": 3}}}),
        ("joblogs", {"artifact_id": "sa-2", "kind": "saw_batch_execution", "status": "OK", "job_id": "not-its-own",
                     "created_at_utc": "2026-01-19T09:00:00Z", "metrics": {"cut_time_s": 5}}),
    ],
    "run with steps": [
        ("joblogs", {"run_id": "rs-1", "created_at": "2025-12-03T08:00:00", "status": "ok", "gcode": "M30",
                     "stats": {"duration_s": 12.5}, "steps": [{"n": 1}], "meta": {"blade": "b"}}),
    ],
    "rosette wheel": [
        ("patterns", {"version": "3", "design_name": "Wheel of pearl", "num_segs": 12, "sym_mode": "rotational",
                      "grid": {"0,0": "maple", "2,5": "abalone"}, "ring_active": [True, True, False, True, False],
                      "show_tabs": True, "saved_at": "2026-02-01"}),
        ("patterns", {"name": "All off", "num_segs": 8, "sym_mode": "none", "grid": {}, "ring_active": [False]}),
    ],
    "Art Studio pattern library": [
        ("patterns", {"pattern_id": "lib-1", "name": "Basic rings", "description": None, "generator_key": "basic_rings@1",
                      "params": {"ring_params": [{"width_mm": 2}], "outer_diameter_mm": 104}, "tags": ["plain"],
                      "created_at": "2026-01-02T03:04:05", "updated_at": "2026-01-02T03:04:05"}),
    ],
    "design snapshot": [
        ("patterns", {"snapshot_id": "snap-1", "name": "Before the trial", "pattern_id": "lib-1", "tags": [],
                      "context_refs": {"mode": "MODE_A"}, "rosette_params": DESIGN, "baseline": True,
                      "feasibility": {"risk_bucket": "GREEN"}, "created_at": "2026-01-02T03:04:05",
                      "updated_at": "2026-01-02T03:04:06"}),
        ("patterns", {"snapshot_id": "snap-2", "name": "Other", "design": {"ring_count": 2, "pattern_type": "rope"},
                      "feasibility": None}),
    ],
    "design with diameters": [
        ("patterns", {"name": "Three in a row", "soundhole_diameter_mm": 100.0, "style_tag": None,
                      "rings": [{"ring_index": 0, "inner_diameter_mm": 102, "outer_diameter_mm": 108,
                                 "pattern_type": "solid", "primary_color": "black"},
                                {"ring_index": 1, "inner_diameter_mm": 108, "outer_diameter_mm": 118.5}]}),
    ],
    "RMOS runs v1": [
        ("joblogs", {"run_id": "r-1", "event_type": "approval", "status": "BLOCKED", "gcode_hash": "9f", "meta": None,
                     "machine_id": None, "created_at_utc": "2025-12-15 17:30:00.123456+00:00"}),
    ],
    "export queue": [
        ("joblogs", {"type": "rosette_dxf", "file": "rope.dxf", "status": "ready",
                     "queued_at": "2025-11-03T14:32:00Z"}),
    ],
    "live events": [
        ("joblogs", {"job_id": "L-1", "job_type": "slice", "status": "running", "materials": ["maple"],
                     "fragility_band": "fragile", "lane_hint": "baseline"}),
    ],
}  # fmt: skip

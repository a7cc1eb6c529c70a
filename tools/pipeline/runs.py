"""The stages that run ``rmos migrate``: for a look, in earnest, and over what is there already."""

import hashlib
import json
from pathlib import Path
from typing import Any

from .place import COUNTS, Counts, Place, Result, Unexpected, counts_of, expect, total
from .sample import DOCUMENTS, plant_elsewhere

_OUTPUTS = ("results", "logs")


def dry_run(place: Place) -> Result:
    """Look what would happen, and prove that nothing was written."""
    sample = place.figures("sample")
    if place.database.exists():
        raise Unexpected("there is a database already; begin anew with make pipeline-sample")
    before = _digests(place.folder)
    told = _migrated(place, "--dry-run")
    expect("what is in the folder after the dry run", _digests(place.folder), before)
    _expect_sample(told, sample)
    return Result(True, f"{_sentence(told)}, if it were in earnest; nothing was written", _figures(told))


def migrate(place: Place) -> Result:
    """Migrate; the numbers must be those of the dry run, the rejects those that were planted."""
    sample, dry = place.figures("sample"), place.figures("dry-run")
    told = _migrated(place)
    _expect_sample(told, sample)
    figures = _figures(told)
    for name in ("counts", "codes", "diagnostics"):
        expect(f"{name} of the migration, as in the dry run", figures[name], dry[name])
    rejects = json.loads(place.rmos("rejects", "--json"))["rejects"]
    expect("rejects", {reject["path"]: reject["code"] for reject in rejects}, sample["rejected"])
    said = f"{_sentence(told)}; {told['documents_per_second']:,} documents a second"
    return Result(True, said, figures)


def duplicates(place: Place) -> Result:
    """Migrate again, and look at a copy in another folder: no document may come in twice."""
    first: Counts = place.figures("migrate")["counts"]
    told = _migrated(place)
    again = counts_of(told)
    expect(
        "counts of the second run", again, {name: _as_known(of_entity) for name, of_entity in first.items()}
    )
    totals = told["totals"]
    expect(
        "documents of the second run, skipped or rejected again",
        totals["skipped"] + totals["failed"],
        totals["found"],
    )
    plant_elsewhere(place.folder / "elsewhere")
    copy = json.loads(place.rmos("migrate", "elsewhere", "--dry-run", "--json"))["totals"]
    expect("documents of the copy", copy["found"], DOCUMENTS)
    expect("documents of the copy that would be skipped", copy["skipped"], copy["found"])
    said = f"second run: {totals['found']:,} found, {totals['skipped']:,} skipped,"
    said += f" {totals['failed']} rejected again;"
    said += f" copy: {copy['found']:,} found, {copy['skipped']:,} skipped"
    return Result(
        True, said, {**_figures(told), "skipped": totals["skipped"], "failed": totals["failed"], "copy": copy}
    )


def _migrated(place: Place, *options: str) -> dict[str, Any]:
    """Return what a run tells of itself. Exit code 1: there are rejects, as planted."""
    told: dict[str, Any] = json.loads(place.rmos("migrate", "legacy", "--json", *options, code=1))
    return told


def _expect_sample(told: dict[str, Any], sample: dict[str, Any]) -> None:
    expect("counts of the run", counts_of(told), sample["counts"])
    expect(
        "codes of the planted faults",
        {code: told["codes"].get(code) for code in sample["codes"]},
        sample["codes"],
    )
    found = {severity: told["diagnostics"][severity] for severity in ("error", "warning")}
    expect("diagnostics", found, {"error": len(sample["rejected"]), "warning": sample["warnings"]})


def _as_known(first: dict[str, int]) -> dict[str, int]:
    """Return what a second run counts where the first counted this."""
    return first | {"migrated": 0, "unchanged": first["migrated"] + first["unchanged"]}


def _figures(told: dict[str, Any]) -> dict[str, Any]:
    kept = (
        "run_id",
        "status",
        "documents_per_second",
        "duration_seconds",
        "codes",
        "diagnostics",
        "generations",
    )
    return {"counts": counts_of(told), **{name: told[name] for name in kept}}


def _sentence(told: dict[str, Any]) -> str:
    counts = counts_of(told)
    found, *fates = (f"{total(counts, count):,} {count}" for count in COUNTS)
    return f"{found}: {', '.join(fates)}"


def _digests(folder: Path) -> dict[str, str]:
    """Every file but the pipeline's own, by its content."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {
        name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if not (name := file.relative_to(folder).as_posix()).startswith(_OUTPUTS)
    }

"""The Python API: what the command line does, as functions, which import their parts when they are called."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .settings import named_folder
from .store.database import database_at

if TYPE_CHECKING:
    from .audit.result import AuditResult
    from .exporting.outcome import ExportResult
    from .migrate.observer import Observer
    from .migrate.options import Stop
    from .migrate.summary import RunSummary
    from .reports.model import Report
    from .verify.model import Verification
    from .verify.verifier import Told


def migrate(
    source: str | Path,
    database: str | Path = "sqlite:///rmos.db",
    *,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    on_conflict: str = "keep",
    missing_references: str = "detach",
    max_rejects: str | int | None = None,
    encoding: str | None = None,
    rehash: bool = False,
    observer: "Observer | None" = None,
    stop: "Stop | None" = None,
) -> "RunSummary":
    """Migrate a legacy folder into a database; the database is made if it is not there.

    Args:
        source: the folder that holds ``strip_families``, ``patterns`` and ``joblogs``. It is never changed.
        database: a SQLAlchemy URL (``sqlite:///rmos.db``) or the path of the file.
        dry_run: do everything and keep nothing; the database file is not changed, or not made.
        all_or_nothing: keep nothing if a single document is rejected or in conflict.
        on_conflict: ``keep``, ``replace`` or ``reject`` a document whose id is taken by other content.
        missing_references: ``detach`` or ``reject`` a document that refers to a record that is not there.
        max_rejects: end the run when more are rejected: a number, or text such as ``"5%"``, which is of the
            documents found so far, and is judged from the first 1,000 of them or the end on.
        encoding: a codec for files that are neither UTF-8 nor marked, such as ``cp1252``.
        rehash: read every file again, even if its size and time are those in the ledger.
        observer: is told about each batch, for progress and diagnostics.
        stop: asked after each batch; a signal number ends the run cleanly.

    Returns:
        What became of every document. Bad documents do not raise.

    Raises:
        UsageError, LockedError, DatabaseUnusable, EnvironmentFailure: see ``errors``.
        ValueError: if ``on_conflict`` or ``missing_references`` is not one of these words.
    """
    from .migrate.options import Limit, MissingReferences, OnConflict, Options
    from .migrate.pipeline import run

    options = Options(
        dry_run=dry_run,
        all_or_nothing=all_or_nothing,
        on_conflict=OnConflict(on_conflict),
        missing_references=MissingReferences(missing_references),
        max_rejects=None if max_rejects is None else Limit.parse(str(max_rejects)),
        encoding=encoding,
        rehash=rehash,
    )
    return run(named_folder(source), database_at(database), options, observer, stop)


def audit(
    database: str | Path = "sqlite:///rmos.db",
    *,
    rules: Collection[str] = (),
    skip: Collection[str] = (),
    fail_on: str = "error",
    baseline: str | Path | None = None,
) -> "AuditResult":
    """Check that a database is sound. Nothing is changed.

    Args:
        database: a SQLAlchemy URL (``sqlite:///rmos.db``) or the path of the file.
        rules: codes of rules or names of families; all by default.
        skip: those to leave out.
        fail_on: ``error`` or ``warning``, the least severity that fails the audit.
        baseline: a JSON result of an earlier audit; what it knows is silenced.

    Returns:
        A verdict for every rule, with every finding; ``passed`` is the answer. Faults in the database do not
        raise.

    Raises:
        UsageError: if there is no such rule, or the baseline is not a result of an audit.
        DatabaseUnusable: if the database is absent, newer, another program's, or cannot be opened.
        ValueError: if ``fail_on`` is not a severity.
    """
    from .audit.auditor import audit_database
    from .audit.result import known_findings
    from .diagnostics import Severity

    return audit_database(
        database_at(database),
        rules=rules,
        skip=skip,
        fail_on=Severity(fail_on),
        known=known_findings(Path(baseline)) if baseline is not None else (),
    )


def verify(
    source: str | Path,
    database: str | Path = "sqlite:///rmos.db",
    *,
    allow: Mapping[str, int | str] | None = None,
    encoding: str | None = None,
    told: "Told | None" = None,
) -> "Verification":
    """Read a legacy folder again and compare every document with the database. Neither is changed.

    Args:
        source: the legacy folder.
        database: a SQLAlchemy URL (``sqlite:///rmos.db``) or the path of the file.
        allow: how many documents of a state are no failure: ``{"only-in-database": 3, "rejected": "1%"}``.
            Documents that the migration did not load are allowed in any number, differences not at all,
            unless something is said here.
        encoding: as for ``migrate``; an encoding that was named there is known.
        told: is called with the comparison of every document, also of equal ones.

    Returns:
        The certificate: counts, fingerprints, and every document that is not equal. Differences do not raise.

    Raises:
        UsageError, DatabaseUnusable, EnvironmentFailure: see ``errors``.
        ValueError: if ``allow`` names no state.
    """
    from .migrate.options import Limit
    from .verify.model import NO_DIFFERENCES, DocumentState
    from .verify.verifier import verify_source

    allowed = {DocumentState(name): Limit.parse(str(limit), name) for name, limit in (allow or {}).items()}
    return verify_source(
        named_folder(source),
        database_at(database),
        limits={**NO_DIFFERENCES, **allowed},
        encoding=encoding,
        told=told,
    )


def build_report(
    database: str | Path = "sqlite:///rmos.db",
    run: int | None = None,
    *,
    statistics: str | Path | None = None,
    with_audit: bool = False,
) -> "Report":
    """Make the report of a run. Nothing is changed; ``reports.files.write_reports`` writes it into a folder.

    Args:
        database: a SQLAlchemy URL (``sqlite:///rmos.db``) or the path of the file.
        run: the run's number; the last one, if none is named.
        statistics: a file that ``rmos migrate --stats`` wrote; the report is made from it alone, without a
            database.
        with_audit: audit the database, too.

    Returns:
        The report: counts, what was not loaded and why, what the database holds now.

    Raises:
        UsageError: if there is no such run, or the file does not hold statistics.
        DatabaseUnusable, EnvironmentFailure: see ``errors``.
    """
    from .reports.build import report_of_run, report_of_statistics

    if statistics is not None:
        return report_of_statistics(Path(statistics))
    return report_of_run(database_at(database), run, with_audit=with_audit)


def export(database: str | Path, folder: str | Path, *, format: str = "canonical") -> "ExportResult":  # noqa: A002
    """Write a database back as a legacy folder, which can be migrated again.

    Args:
        database: a SQLAlchemy URL (``sqlite:///rmos.db``) or the path of the file. It is only read.
        folder: where to write; made if it is not there, and it must be empty.
        format: ``canonical`` writes every row with every column spelled out, one a file; migrated again it
            gives exactly the same rows. ``source`` writes the documents as they were, in their old files and
            places, and what was not loaded with its original bytes.

    Returns:
        How many documents and records were written, and what was once known and is not among them.

    Raises:
        UsageError, DatabaseUnusable, EnvironmentFailure: see ``errors``.
        ValueError: if ``format`` is not one of these words.
    """
    from .exporting.outcome import ExportFormat
    from .exporting.run import run

    return run(database_at(database), Path(folder), ExportFormat(format))

"""Findings that are known already: the JSON result of an earlier audit serves as the list of them."""

import json
from pathlib import Path

from ..errors import EnvironmentFailure, UsageError
from .result import SCHEMA


def known_findings(path: Path) -> frozenset[str]:
    """The fingerprints of all findings in a saved result, those that were silenced then included.

    Raises:
        UsageError: if the file is no such result.
        EnvironmentFailure: if it cannot be read.
    """
    hint = "make one: rmos audit --format json --output known.json"
    try:
        saved = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"there is no baseline {path}", hint) from None
    except OSError as error:
        raise EnvironmentFailure(f"cannot read {path}: {error.strerror}", "check its permissions") from error
    except (ValueError, RecursionError):
        raise UsageError(f"the baseline {path} is not JSON", hint) from None
    if not isinstance(saved, dict) or saved.get("schema") != SCHEMA:
        raise UsageError(f"the baseline {path} is not the result of an audit", hint)
    try:
        return frozenset(
            finding["fingerprint"]
            for rule in saved["rules"]
            for finding in [*rule["findings"], *rule["silenced"]]
        )
    except (KeyError, TypeError):
        raise UsageError(f"the baseline {path} is not a whole result of an audit", hint) from None

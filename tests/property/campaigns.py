"""How many trees and histories a campaign tries: a share of it in every test run, all of it in ``make
fault``."""

import os


def share_of(whole: int) -> int:
    """A fifth of a campaign, or the whole where RMOS_CAMPAIGNS is set."""
    return whole if os.environ.get("RMOS_CAMPAIGNS") else max(whole // 5, 1)

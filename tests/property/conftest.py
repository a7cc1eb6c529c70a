"""Property tests judge behaviour, not the speed of the machine; a test run tries the same examples each time.

New ones are looked for by ``make fault``: what that finds is to become a test of its own.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "unhurried",
    parent=settings.default,
    deadline=None,
    derandomize=not os.environ.get("RMOS_CAMPAIGNS"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unhurried")

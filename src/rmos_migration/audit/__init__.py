"""The audit: whether a database is sound, rule by rule; and whether it equals its source (``verify.py``)."""

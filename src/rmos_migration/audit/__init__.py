"""The audit: whether a database is sound, rule by rule."""

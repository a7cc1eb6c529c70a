"""Verification: whether the database still equals its source, document by document."""

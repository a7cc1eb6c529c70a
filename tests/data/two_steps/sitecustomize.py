"""Gives the program a second step of its schema, in every Python that has this folder on its path."""

from pathlib import Path

from rmos_migration.store import schema

schema.STEPS = Path(__file__).parent
schema.CURRENT_VERSION = 2

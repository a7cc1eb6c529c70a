"""SQLite: a database in one file."""

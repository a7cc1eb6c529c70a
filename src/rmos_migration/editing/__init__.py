"""Single records, made, changed and deleted on purpose, held to the same rules as the migration's."""

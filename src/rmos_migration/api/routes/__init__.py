"""The routes of the API: the migration, the records, the server's own health."""

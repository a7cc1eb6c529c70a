"""The migration itself: prepare documents, resolve them against the database, load them, account for all."""

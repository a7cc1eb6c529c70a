"""The way back: the database as a folder of documents, spelled out or as the documents were."""

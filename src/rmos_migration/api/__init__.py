"""The REST API of the dashboard (FastAPI), safe by default."""

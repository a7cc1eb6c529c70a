"""A whole migration of sample data, stage by stage, as a workflow runs it (``make pipeline``)."""

"""The whole way of a migration over sample data, stage by stage, as a workflow runs it (``make pipeline``)."""

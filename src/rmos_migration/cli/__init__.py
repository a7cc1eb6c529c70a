"""The command line: one file a verb. Results go to stdout, progress and logs to stderr."""

"""The benchmark: this migrator against three other ways of loading the same tree (``make bench``)."""

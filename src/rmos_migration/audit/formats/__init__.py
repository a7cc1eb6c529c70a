"""The result of an audit for other programs; every format is a view of the one value."""

"""Record everything the program says. The parts know it from outside: its command, HTTP and tables alone."""

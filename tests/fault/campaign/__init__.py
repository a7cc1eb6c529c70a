"""The fault campaign: what breaks the program on purpose, and what looks at the pieces without trusting
it."""

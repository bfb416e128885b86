"""The order of the work: one stage a file, one run a petition."""

"""Faults on purpose: a real stack whose processes are killed, starved and confused, and what must be true afterwards."""

"""A package on purpose: without it, tests/models would shadow the application's own models."""

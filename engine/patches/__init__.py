"""One file a patch of the engine: why, what it needs, and a check that the server runs at start."""

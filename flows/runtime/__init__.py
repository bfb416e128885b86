"""How flows meet the engine: the worker, waiting for a person, starting and waking runs."""

"""An office and an engine for tests, benchmarks and faults."""

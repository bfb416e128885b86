"""What the record knows of the engine's runs: what is wanted, where each stands, what is told."""

"""What runs in the engine's own server process, and nowhere else; the only room that imports ``prefect.server``."""

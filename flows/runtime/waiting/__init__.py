"""How a run waits for a person, and how the answer comes in."""

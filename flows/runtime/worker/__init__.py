"""Takes due runs and drives them to their next wait or their end."""

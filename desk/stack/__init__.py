"""The machine room: server, worker and desk as children of one process."""

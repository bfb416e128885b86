"""What is done: operations, one transaction each, and the settings they run by."""

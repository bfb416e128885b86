"""The law's data files, read and checked."""

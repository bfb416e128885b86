"""The house measured: how large its rooms, files and functions are, and whether its order holds (`make house`)."""

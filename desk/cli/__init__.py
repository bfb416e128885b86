"""The ``xinfang`` command, one file a group of commands."""

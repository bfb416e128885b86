"""One file a patch of the engine: why, what it needs, and a check before it is made (``hook.py``)."""

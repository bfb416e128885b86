"""What runs in the engine's own server process; the only room that imports ``prefect.server``.

Our own processes take two files from it: ``protocol``, which is what both sides say to each other, and
``patches.hook``, by which each process looks at the parts of the engine that it leans on.
"""

"""Where people sit: the command line now, the web desk later."""

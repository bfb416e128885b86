"""Every coded word of the office, a room a subject; standard library only."""

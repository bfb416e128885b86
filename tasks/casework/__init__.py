"""What people do to a case: one act a function, always through the door."""

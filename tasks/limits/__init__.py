"""Running limits as rows: started, stopped, extended, climbing their ladders."""

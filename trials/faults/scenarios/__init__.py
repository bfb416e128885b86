"""One file a kind of fault; each yields its rows of the table."""

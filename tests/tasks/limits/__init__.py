"""Running limits as rows."""

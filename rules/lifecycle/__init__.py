"""The lifecycle of a petition and of one unit's share."""

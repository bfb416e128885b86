"""The lifecycle of a petition and of one unit's share: a table each, their guards, and the questions asked of them."""

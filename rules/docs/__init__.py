"""Pages of the documentation that are drawn from the law's tables."""

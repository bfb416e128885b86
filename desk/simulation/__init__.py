"""A year of an invented city: real rules, operations and ladder, a walking clock, and the promises checked at the end."""

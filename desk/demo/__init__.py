"""The demonstration: eight real cases, driven through the same forms that staff fill in."""

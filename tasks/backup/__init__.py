"""Backup and restore: whole journeys of their own."""

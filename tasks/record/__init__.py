"""The record: cases and their parts, who acts, the chain, numbers, the roster."""

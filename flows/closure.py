"""Closure: the checklist, the director's signature, reviews, and the archive."""

from flows.stages import wait_at_step


def closure_stage(petition_no: str) -> None:
    """Wait for closing, for a review's result, or for the archive."""
    wait_at_step(petition_no)

"""Feedback: the answer is delivered to the petitioner and the delivery proved."""

from flows.stages import wait_at_step


def feedback_stage(petition_no: str) -> None:
    """Wait for the delivery of the answer."""
    wait_at_step(petition_no)

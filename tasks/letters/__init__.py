"""Letters: written in the transaction of the act, sent after it."""

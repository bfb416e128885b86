"""Guards: the conditions of the lifecycle's rows, each answering with nothing or with a reason for staff."""

"""The law and the lifecycle: pure, dated data and the few questions asked of it."""

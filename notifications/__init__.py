"""Letters and messages: which there are, how they read, and through which channel they leave."""

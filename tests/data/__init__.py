# Papers that tests read, and what made them.

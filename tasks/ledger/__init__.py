"""Taking an old ledger over: a whole journey of its own."""

"""The vocabulary of petition casework and its tables, one noun a file."""

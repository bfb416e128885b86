"""Reading only: case files, lists and searches, masked; nothing here locks a row."""

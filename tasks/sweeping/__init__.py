"""What happens because time passed or a calendar changed."""

"""What a preview says, one form a file."""

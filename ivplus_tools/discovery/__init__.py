"""What is found where nobody wrote it down."""

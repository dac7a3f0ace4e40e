"""What people and machines are shown of a verdict."""

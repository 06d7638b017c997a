"""What a team is paid on, to be signed."""

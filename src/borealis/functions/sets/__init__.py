"""Set-returning functions over numbers and strings."""

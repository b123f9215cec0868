"""Content: reading it through queries, changing it through services."""

"""The demonstration site: a small magazine, written and drawn for this project."""

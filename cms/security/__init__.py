"""Who may do what, and what keeps it so."""

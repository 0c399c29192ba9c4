"""The journal: what happened, in an order nobody can change without it showing (DESIGN.md §3.7)."""

"""Generators and checks for those who work on aqdrant; not part of the wheel."""

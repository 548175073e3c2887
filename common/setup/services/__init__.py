"""What administrators do to roles, people and departments; every change is logged."""

"""Small wrong changes to the rules, and whether a test notices: `make mutants`, described in README.md."""

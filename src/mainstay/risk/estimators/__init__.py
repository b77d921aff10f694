"""The estimators of the race, one a file, behind one interface."""

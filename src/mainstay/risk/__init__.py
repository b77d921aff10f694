"""Scores for decline (and later for leaving): estimators behind one interface, and what people may see of them."""

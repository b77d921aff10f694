"""What the firms pay, levy by levy, and how a month comes to the published totals."""

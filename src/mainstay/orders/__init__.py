"""Work orders: who is visited this week, under which number, and what became of it."""

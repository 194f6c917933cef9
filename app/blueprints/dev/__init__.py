"""Pages for those who work on the shop; registered in development only."""

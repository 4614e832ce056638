"""How soon the live page is there, and how soon it shows what has happened."""

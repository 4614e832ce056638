"""Statistics made of records: a question is one SQL statement and the shape of its answer."""

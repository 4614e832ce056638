"""Where records come from. Each source makes the same tables in a DuckDB connection."""

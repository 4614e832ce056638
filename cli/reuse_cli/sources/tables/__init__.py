"""The tables that questions are asked of, made from record lines."""

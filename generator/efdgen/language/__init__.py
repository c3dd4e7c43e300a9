"""What people write in: YAML, schemas, layers, expressions, and text with expressions. Knows no file and no fact."""

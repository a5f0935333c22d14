"""Stack files: reading, errors with positions, editing, JSON Schema."""

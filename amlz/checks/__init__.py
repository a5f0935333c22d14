"""What is wrong with a landing zone, found in its resource graph: one check a file, named after what it finds."""

"""What a digest is made of, as values: postings, written values, vocabulary, instants and problems."""

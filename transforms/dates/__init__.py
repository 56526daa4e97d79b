"""When a document was published, and which dates it speaks of."""

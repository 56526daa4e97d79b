"""Who can be asked for similar coverage: search services, archives of the web, and documents on disk."""

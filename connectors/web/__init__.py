"""Web pages, fetched with manners: what may be asked for, how often, how much of it, and from where."""

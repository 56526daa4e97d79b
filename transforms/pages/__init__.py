"""Web pages: their visible text, what of it is the article, and what they state about themselves."""

"""The data behind a model: a training file, what is wrong with it, and what of the held-out prompts is in it."""

"""Held-out evals: prompts, the outputs a model gave, graders, and the results of putting them together."""

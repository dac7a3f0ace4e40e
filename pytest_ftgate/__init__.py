"""Quality gates for finished fine-tuning jobs, as pytest items."""

__version__ = "0.1.0"

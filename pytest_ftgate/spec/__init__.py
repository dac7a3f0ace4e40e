"""The spec: one YAML file, read strictly, checked against the language's JSON Schema, built into gates."""

from .builder import Spec, load
from .language import schema_text
from .reading import Surroundings

__all__ = ["Spec", "Surroundings", "load", "schema_text"]

"""The json grader: the answer is one JSON value, and it, or a part of it, is the one that is wanted."""

from ..prompts import Prompt
from .grade import PASS, Grade, TextGrader, cannot, miss, shown
from .json_schema import parsed
from .json_values import Rule, a_json, difference
from .options import Options, flag, reference
from .paths import looked_up, path_of


def json_value(options: Options) -> TextGrader:
    """The answer is the JSON value."""
    rule = Rule(flag(options, "subset"), flag(options, "unordered"))
    path = path_of(options)
    wanted = reference("json", options, "target", a_json)

    def grader(answer: str, prompt: Prompt) -> Grade:
        target = wanted(prompt)
        if rule.subset and (target == {} or (rule.unordered and target == [])):
            raise cannot(prompt, "json", "its target is empty, and with subset: true everything of its kind holds that")
        try:
            fault = difference(target, looked_up(parsed(answer), path), rule, path)
        except LookupError as e:
            return miss(f"{e} in {shown(answer)}")
        except RecursionError:
            return miss("JSON nested too deeply to be compared")
        except ValueError as e:
            return miss(f"wanted JSON, got {shown(answer)}: {e}")
        return miss(fault) if fault else PASS

    return grader

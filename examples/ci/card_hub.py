"""Put a verdict's figures on a Hugging Face model card, once `ftgate verify` says that the model may be promoted.

    python card_hub.py README.md --verdict verdict.json --spec job.yaml --model model --repo acme/support-bot

The card's results are replaced in the file. With --repo the new card is proposed there as a pull request, so that a
person merges it.
"""

import argparse
import subprocess
import sys

import yaml
from huggingface_hub import ModelCard, ModelCardData


def main() -> int:
    """0 where the card was written, 1 where the model may not be promoted."""
    parser = argparse.ArgumentParser(description="Put a verdict's figures on a model card.")
    parser.add_argument("card")
    parser.add_argument("--verdict", required=True)
    parser.add_argument("--spec", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--max-age", default="7d")
    parser.add_argument("--repo", help="propose the card to this repository")
    said = parser.parse_args()

    question = ["--spec", said.spec, "--model", said.model, "--max-age", said.max_age]
    if subprocess.run(["ftgate", "verify", said.verdict, *question], check=False).returncode != 0:  # noqa: S603, S607
        return 1
    export = ["ftgate", "export", said.verdict, "--as", "model-index"]
    text = subprocess.run(export, check=True, capture_output=True, text=True).stdout  # noqa: S603
    judged = ModelCardData(**yaml.safe_load(text))

    card = ModelCard.load(said.card)
    card.data.model_name, card.data.eval_results = judged.model_name, judged.eval_results
    card.save(said.card)
    if said.repo:
        message = "Results of the promoted model"
        print(card.push_to_hub(said.repo, create_pr=True, commit_message=message))
    return 0


if __name__ == "__main__":
    sys.exit(main())

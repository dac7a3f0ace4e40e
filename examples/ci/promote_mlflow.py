"""Give a version of a registered model an alias in MLflow, once `ftgate verify` says that it may have it.

    python promote_mlflow.py support-bot 17 --verdict verdict.json --spec job.yaml

The version's files are downloaded and compared with those that were judged.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts


def main() -> int:
    """0 where the alias is set, 1 where the version may not have it."""
    parser = argparse.ArgumentParser(description="Set an alias once ftgate verify allows it.")
    parser.add_argument("model")
    parser.add_argument("version")
    parser.add_argument("--verdict", required=True)
    parser.add_argument("--spec", required=True)
    parser.add_argument("--alias", default="champion")
    parser.add_argument("--max-age", default="7d")
    said = parser.parse_args()

    client = MlflowClient()
    source = client.get_model_version_download_uri(said.model, said.version)
    with tempfile.TemporaryDirectory() as folder:
        files = download_artifacts(artifact_uri=source, dst_path=folder)
        question = ["--spec", said.spec, "--model", files, "--max-age", said.max_age]
        answer = subprocess.run(["ftgate", "verify", said.verdict, *question], check=False)  # noqa: S603, S607
    if answer.returncode != 0:
        return 1
    verdict = json.loads(Path(said.verdict).read_text(encoding="utf-8"))
    for key in ("verdict", "verdict_id"):
        client.set_model_version_tag(said.model, said.version, f"ftgate.{key}", verdict[key])
    client.set_registered_model_alias(said.model, said.alias, said.version)
    print(f"{said.model} version {said.version} is {said.alias}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

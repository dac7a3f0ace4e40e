"""Train a tiny model with Lightning's own Trainer and loggers: the run that is kept in `tests/sources/lightning_run`.

    pip install -r examples/requirements.txt
    python tests/sources/make_lightning.py --out tests/sources/lightning_run

`--check` trains once more, elsewhere, and compares what was logged with the run that is kept.
"""

import argparse
import csv
import math
import sys
import tempfile
from pathlib import Path

import lightning
import torch
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from torch.utils.data import DataLoader, TensorDataset

KEPT = Path(__file__).parent / "lightning_run"
TABLE = "lightning_logs/version_0/metrics.csv"
EVENTS = "tensorboard/version_0/events.out.tfevents.lightning"
EPOCHS, BATCH, EXAMPLES, INPUTS = 5, 8, 64, 4

Logged = dict[tuple[str, int], float]


class Line(lightning.LightningModule):  # type: ignore[misc]  # the library is not installed where types are checked
    """A linear model, with a learning rate that lets it learn in forty steps."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(INPUTS, 1)

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _: int) -> torch.Tensor:
        loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: tuple[torch.Tensor, torch.Tensor], _: int) -> None:
        self.log("val_loss", torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.05)


def train(out: Path) -> None:
    """Train, and leave the table and the event file of the run in `out`."""
    lightning.seed_everything(20261121)
    torch.set_num_threads(1)
    inputs = torch.randn(2 * EXAMPLES, INPUTS)
    outputs = inputs @ torch.arange(1.0, INPUTS + 1).unsqueeze(1)
    first, second = (DataLoader(TensorDataset(inputs[k::2], outputs[k::2]), batch_size=BATCH) for k in (0, 1))
    loggers = [CSVLogger(out, name="lightning_logs"), TensorBoardLogger(out, name="tensorboard")]
    trainer = lightning.Trainer(
        accelerator="cpu",
        max_epochs=EPOCHS,
        logger=loggers,
        log_every_n_steps=2,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Line(), first, second)
    # Its own name holds the time, the machine and the process.
    [events] = (out / EVENTS).parent.glob("events.out.tfevents.*")
    events.rename(out / EVENTS)


def logged(run: Path) -> Logged:
    """What a run logged, by metric and step, in the table and in the event file."""
    with (run / TABLE).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = {
        (f"table {name}", int(row["step"])): float(row[name])
        for row in rows
        for name in ("train_loss", "val_loss")
        if row[name]
    }
    events = EventFileLoader(str(run / EVENTS)).Load()
    values = ((event.step, value) for event in events for value in event.summary.value)
    return {**found, **{(f"event {value.tag}", step): value.tensor.float_val[0] for step, value in values}}


def check() -> bool:
    """Whether a run of today logs what the run that is kept did."""
    with tempfile.TemporaryDirectory() as folder:
        train(Path(folder))
        new, kept = logged(Path(folder)), logged(KEPT)
    return new.keys() == kept.keys() and all(math.isclose(new[at], kept[at], rel_tol=1e-4) for at in kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, help="write the run into this folder")
    what.add_argument("--check", action="store_true", help="compare a new run with the one that is kept")
    said = parser.parse_args()
    if said.out:
        train(said.out)
    elif not check():
        sys.exit(f"what Lightning {lightning.__version__} logs is not what is kept in {KEPT}")


if __name__ == "__main__":
    main()

"""A small character model, learnt from a text by the engine itself."""

from __future__ import annotations

from typing import NamedTuple

from llmsys import _native
from llmsys.model import Model

__all__ = ["CharacterTrainer", "TrainingStep"]


class TrainingStep(NamedTuple):
    loss: float
    """Of the step's batch, before the update, in nats a character."""
    gradient_norm: float


class CharacterTrainer:
    """Learns a GPT-2 of characters from a text with AdamW.

    Sizes: context_length, embedding_dim, num_layers, num_heads, batch. learning_rate, weight_decay, seed. The same arguments learn the same model.

    Errors: ValueError for sizes out of range or a text that is shorter than the context.

    Example::

        trainer = llmsys.CharacterTrainer(text, num_layers=2, embedding_dim=64, seed=1)
        for _ in range(200):
            loss, _ = trainer.step()
        trainer.model().generate("The", temperature=0.8, seed=1)
    """

    def __init__(self, text: str, **settings: float) -> None:
        self._handle = _native.TrainerHandle(text, **settings)

    def step(self) -> TrainingStep:
        """One step."""
        return TrainingStep(*self._handle.step())

    def model(self) -> Model:
        """The model as it is now, a copy."""
        return Model(*self._handle.model())

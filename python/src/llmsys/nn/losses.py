"""How far off a prediction is."""

from __future__ import annotations

from numpy.typing import ArrayLike

from llmsys.arguments import choice, whole
from llmsys.nn import functional as F
from llmsys.nn.module import Module
from llmsys.tensor import Operand, Tensor

__all__ = ["CrossEntropyLoss", "MSELoss"]


class CrossEntropyLoss(Module):
    """-log softmax(logits)[target] in nats, of (...,V) logits and (...) classes."""

    def __init__(self, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__()
        self.ignore_index = whole(ignore_index, "CrossEntropyLoss", "ignore_index")
        self.reduction = choice(reduction, "CrossEntropyLoss", "reduction", ("mean", "sum", "none"))

    def forward(self, input: Operand, target: ArrayLike) -> Tensor:
        return F.cross_entropy(input, target, self.ignore_index, self.reduction)


class MSELoss(Module):
    """The mean of (input - target)^2."""

    def forward(self, input: Operand, target: Operand) -> Tensor:
        return F.mse_loss(input, target)

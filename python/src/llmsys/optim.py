"""Optimizers: from gradients to better weights. The updates are the engine's kernels, in place."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np

from llmsys import _native
from llmsys.arguments import real, whole, wrong_type, wrong_value
from llmsys.tensor import Tensor

__all__ = ["Adam", "AdamW", "Optimizer", "SGD", "WarmupCosine", "clip_grad_norm"]


def _listed(params: Iterable[Tensor], operation: str) -> list[Tensor]:
    if isinstance(params, Tensor) or not isinstance(params, Iterable):
        raise wrong_type(operation, params, "params", "it takes several tensors", "pass module.parameters(), or a list")
    listed = list(params)
    for each in listed:
        if not isinstance(each, Tensor):
            raise wrong_type(operation, each, "params", "they are tensors", "pass module.parameters()")
    return listed


def _share(value: float, operation: str, name: str) -> float:
    share = real(value, operation, name, 0)
    if share >= 1:
        raise wrong_value(f"{operation} got {share:g} for {name}", "it is the share of what was that is kept, below 1", "pass 0 to 0.999")
    return share


class Optimizer(ABC):
    """What all of them do: ``step`` changes each parameter by its gradient, ``zero_grad`` forgets the gradients.

    ``lr`` may be changed between steps. A parameter without gradient stays as it is.
    """

    def __init__(self, params: Iterable[Tensor], lr: float, weight_decay: float) -> None:
        self.params = _listed(params, type(self).__name__)
        if not self.params:
            raise ValueError("error: an optimizer without parameters\nwhy: it would change nothing\nfix: pass module.parameters()")
        for parameter in self.params:
            if not isinstance(parameter, Tensor) or not parameter.is_leaf:
                raise TypeError(
                    f"error: an optimizer got a {type(parameter).__name__}\nwhy: it changes tensors that were made\nfix: pass module.parameters()"
                )
        name = type(self).__name__
        self.lr, self.weight_decay = real(lr, name, "lr", 0), real(weight_decay, name, "weight_decay", 0)
        self.steps = 0

    def zero_grad(self) -> None:
        """Forgets all gradients."""
        for parameter in self.params:
            parameter.zero_grad()

    def step(self) -> None:
        """One step of all parameters that have a gradient."""
        self.steps += 1
        for index, parameter in enumerate(self.params):
            if parameter.grad is not None:
                self._update(index, parameter)
                parameter.changed()

    @abstractmethod
    def _update(self, index: int, parameter: Tensor) -> None:
        """The new weights of one parameter, in place."""


class SGD(Optimizer):
    """w -= lr (g + weight_decay w); with momentum m, v = m v + (g + weight_decay w) takes the place of what is in brackets.

    Source: Robbins and Monro 1951; momentum: Polyak 1964.

    Example::

        optimizer = llmsys.optim.SGD(model.parameters(), lr=0.1)
    """

    def __init__(self, params: Iterable[Tensor], lr: float = 1e-3, momentum: float = 0.0, weight_decay: float = 0.0) -> None:
        super().__init__(params, lr, weight_decay)
        self.momentum = _share(momentum, "SGD", "momentum")
        momentum = self.momentum
        self._velocity = [np.zeros(parameter.shape, np.float32) if momentum else None for parameter in self.params]

    def _update(self, index: int, parameter: Tensor) -> None:
        gradient, velocity, decay = parameter.grad, self._velocity[index], self.weight_decay
        if velocity is not None:
            velocity *= np.float32(self.momentum)
            velocity += gradient if decay == 0 else gradient + np.float32(decay) * parameter._data
            gradient, decay = velocity, 0.0
        _native.optimizer_step("sgd", parameter._data, gradient, [], step=self.steps, learning_rate=self.lr, weight_decay=decay)


class AdamW(Optimizer):
    """m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, w -= lr (m' / (sqrt(v') + eps) + weight_decay w), with m' and v' corrected for their start at 0.

    Source: Loshchilov and Hutter 2017, arXiv 1711.05101; Kingma and Ba 2014, arXiv 1412.6980.

    Example::

        optimizer = llmsys.optim.AdamW(model.parameters(), lr=1e-3)
        for step in range(100):
            loss = F.cross_entropy(model(ids), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    """

    def __init__(
        self, params: Iterable[Tensor], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0.01
    ) -> None:
        super().__init__(params, lr, weight_decay)
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise wrong_type("AdamW", betas, "betas", "they are two numbers", "pass (0.9, 0.999)")
        self.betas, self.eps = tuple(_share(beta, "AdamW", "betas") for beta in betas), real(eps, "AdamW", "eps", 0)
        self._memory = [[np.zeros(parameter.shape, np.float32) for _ in range(2)] for parameter in self.params]

    def _update(self, index: int, parameter: Tensor) -> None:
        beta1, beta2 = self.betas
        _native.optimizer_step(
            "adamw",
            parameter._data,
            parameter.grad,
            self._memory[index],
            step=self.steps,
            learning_rate=self.lr,
            beta1=beta1,
            beta2=beta2,
            eps=self.eps,
            weight_decay=self.weight_decay,
        )


class Adam(AdamW):
    """AdamW without weight decay. Source: Kingma and Ba 2014, arXiv 1412.6980."""

    def __init__(self, params: Iterable[Tensor], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8) -> None:
        super().__init__(params, lr, betas, eps, 0.0)


class WarmupCosine:
    """The rate of an optimizer over its steps: up in a straight line, then down half a cosine to least.

    Source: Loshchilov and Hutter 2016, arXiv 1608.03983.

    Example::

        schedule = llmsys.optim.WarmupCosine(optimizer, warmup=100, steps=1000)
        schedule.step()     # before each optimizer.step()
    """

    def __init__(self, optimizer: Optimizer, warmup: int, steps: int, least: float = 0.0) -> None:
        if not isinstance(optimizer, Optimizer):
            raise wrong_type("WarmupCosine", optimizer, "optimizer", "it sets an optimizer's rate", "pass one of llmsys.optim")
        warmup, steps = whole(warmup, "WarmupCosine", "warmup", 0), whole(steps, "WarmupCosine", "steps", 1)
        least = real(least, "WarmupCosine", "least", 0)
        if not 0 <= warmup < steps:
            raise ValueError(f"error: a warmup of {warmup} of {steps} steps\nwhy: it is a part of them\nfix: pass warmup < steps")
        self.optimizer, self.warmup, self.steps, self.least = optimizer, warmup, steps, least
        self.peak = optimizer.lr
        self.done = 0

    def step(self) -> float:
        """Sets the rate of the next step; gives it."""
        self.done += 1
        if self.done <= self.warmup:
            rate = self.peak * self.done / self.warmup
        else:
            part = min(1.0, (self.done - self.warmup) / (self.steps - self.warmup))
            rate = self.least + (self.peak - self.least) * (1 + math.cos(math.pi * part)) / 2
        self.optimizer.lr = rate
        return rate


def clip_grad_norm(params: Iterable[Tensor], max_norm: float) -> float:
    """Scales all gradients together so that their norm is at most max_norm; gives the norm they had. Source: Pascanu et al. 2012, arXiv 1211.5063."""
    most = real(max_norm, "clip_grad_norm", "max_norm", 0)
    having = [parameter for parameter in _listed(params, "clip_grad_norm") if parameter.grad is not None]
    norm = math.sqrt(sum(float(np.sum(np.square(parameter.grad, dtype=np.float64))) for parameter in having))
    if norm > most:
        for parameter in having:
            parameter.grad = parameter.grad * np.float32(most / norm)
    return norm

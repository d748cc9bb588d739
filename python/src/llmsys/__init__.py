"""llmsys: a language model workbench. Every phase of a model is a room, and every room's algorithms can be swapped while they run.

Functions over numpy arrays: ``matmul``, ``softmax``, ``layer_norm``, ``attention``, ... Tensors that remember: ``tensor``, ``nn``, ``optim``.
Models: ``load_model``, ``Tokenizer``. What serves: ``kernels``, ``use``, ``using``. Memory: ``Arena``, ``memory_stats``.
"""

from typing import TYPE_CHECKING

from llmsys import nn, optim
from llmsys._native import (
    Arena,
    Pipeline,
    Tokenizer,
    add,
    cpu,
    cross_entropy,
    divide,
    embedding,
    filter_logits,
    geglu,
    gelu,
    layer_norm,
    load_plugin,
    log_softmax,
    matmul,
    memory_limit,
    mse_loss,
    multiply,
    optimizer_step,
    relu,
    rms_norm,
    rope,
    sample,
    set_threads,
    sigmoid,
    silu,
    sinusoidal,
    softmax,
    subtract,
    swiglu,
    tanh,
    threads,
    unregister,
)
from llmsys._native import version as _version
from llmsys.attention import attention, scaled_dot_product_attention
from llmsys.errors import Error
from llmsys.generation import Token
from llmsys.graph import no_grad
from llmsys.joining import concatenate, stack
from llmsys.memory import MemoryStats, OwnerStats, memory_stats
from llmsys.model import Activations, Model, ModelConfig, load_model
from llmsys.selection import Kernel, kernels, slots, use, using
from llmsys.server import Server
from llmsys.tensor import Tensor, tensor
from llmsys.training import CharacterTrainer, TrainingStep

if TYPE_CHECKING:
    from llmsys.workbench import Workbench

__version__ = _version()

__all__ = [
    "Activations",
    "Arena",
    "CharacterTrainer",
    "Error",
    "Kernel",
    "MemoryStats",
    "Model",
    "ModelConfig",
    "OwnerStats",
    "Pipeline",
    "Server",
    "Tensor",
    "Token",
    "Tokenizer",
    "TrainingStep",
    "Workbench",
    "add",
    "attention",
    "concatenate",
    "cpu",
    "cross_entropy",
    "divide",
    "embedding",
    "filter_logits",
    "geglu",
    "gelu",
    "kernels",
    "layer_norm",
    "load_model",
    "load_plugin",
    "log_softmax",
    "matmul",
    "memory_limit",
    "memory_stats",
    "mse_loss",
    "multiply",
    "nn",
    "no_grad",
    "optim",
    "optimizer_step",
    "relu",
    "rms_norm",
    "rope",
    "sample",
    "scaled_dot_product_attention",
    "set_threads",
    "sigmoid",
    "silu",
    "sinusoidal",
    "slots",
    "softmax",
    "stack",
    "subtract",
    "swiglu",
    "tanh",
    "tensor",
    "threads",
    "unregister",
    "use",
    "using",
]


def __getattr__(name: str) -> object:
    # The workbench looks for a JVM's parts: only who asks for it waits for that.
    if name == "Workbench":
        from llmsys.workbench import Workbench

        return Workbench
    raise AttributeError(f"module 'llmsys' has no attribute {name!r}")

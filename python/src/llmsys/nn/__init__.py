"""Networks: modules with parameters, over the tape. Names and shapes are torch's."""

from llmsys.nn import functional
from llmsys.nn.layers import (
    GELU,
    Dropout,
    Embedding,
    LayerNorm,
    Linear,
    ReLU,
    RMSNorm,
    SelfAttention,
    Sequential,
    Sigmoid,
    SiLU,
    SwiGLU,
    Tanh,
)
from llmsys.nn.losses import CrossEntropyLoss, MSELoss
from llmsys.nn.module import Module, Parameter

__all__ = [
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "GELU",
    "LayerNorm",
    "Linear",
    "MSELoss",
    "Module",
    "Parameter",
    "RMSNorm",
    "ReLU",
    "SelfAttention",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SwiGLU",
    "Tanh",
    "functional",
]

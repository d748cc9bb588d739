"""A call that works for every public function, constructor and method: what the sweep over wrong arguments begins with."""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

import llmsys
from llmsys import nn, optim
from llmsys.nn import functional as F


class Call(NamedTuple):
    """f(*args, **named)."""

    f: Callable[..., Any]
    args: tuple[Any, ...]
    named: dict[str, Any]
    works: bool = True
    """Whether this very call succeeds; plug-ins that are not there cannot."""


METHODS_OF = (llmsys.Tensor, llmsys.Tokenizer, llmsys.Arena, llmsys.Model, llmsys.CharacterTrainer, llmsys.Server, llmsys.Pipeline, nn.Module)
ELSEWHERE = {"Workbench": "its tests need a JDK; test_workbench_matmul sweeps its product"}


def public_callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Everything that takes arguments, by a name such as "nn.functional.relu" or "Tensor.sum"."""
    modules: list[tuple[str, ModuleType]] = [("", llmsys), ("nn.", nn), ("nn.functional.", F), ("optim.", optim)]
    for prefix, module in modules:
        for name in module.__all__:
            value = None if name in ELSEWHERE else getattr(module, name)
            if callable(value) and not _made_by_others(value):
                yield prefix + name, value
    for type in METHODS_OF:
        for name in dir(type):
            value = inspect.getattr_static(type, name)
            if not name.startswith("_") and not isinstance(value, property) and callable(getattr(type, name)):
                yield f"{type.__name__}.{name}", getattr(type, name)


def _made_by_others(value: Any) -> bool:
    """Records and errors that functions give, and what only subclasses are made of."""
    return inspect.isclass(value) and (issubclass(value, (tuple, str, Exception)) or inspect.isabstract(value) or value is llmsys.Model)


def parameters(f: Callable[..., Any]) -> list[str]:
    """Names of the parameters, without self; of functions in C++ as their documentation says them."""
    try:
        names = [p.name for p in inspect.signature(f).parameters.values() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    except ValueError:
        said = (f.__init__ if inspect.isclass(f) else f).__doc__.partition("\n")[0]
        if said.startswith("Initialize self"):  # it has no constructor
            return []
        arguments = ast.parse(f"def {said}: ...".replace("<", "'").replace(">:", "':")).body[0].args
        names = [each.arg for each in (*arguments.args, *arguments.kwonlyargs)]
    return [name for name in names if name != "self"]


def valid_calls(folder: Path, model: llmsys.Model) -> dict[str, Call]:
    """The calls by the names of public_callables, and Tensor's operators. folder: where files may be written."""
    rng = np.random.default_rng(3)
    text = folder / "text.txt"
    text.write_text("to be or not to be, that is the question, and so on and so forth")
    x, y, w = (rng.standard_normal((3, 4), np.float32) for _ in range(3))
    one, ids = np.ones(4, np.float32), np.array([0, 2, 1])
    heads = rng.standard_normal((1, 2, 3, 4), np.float32)
    sizes = {"context_length": 8, "embedding_dim": 8, "num_layers": 1, "num_heads": 2, "batch": 2}
    sizes |= {"learning_rate": 1e-3, "weight_decay": 0.0, "seed": 1}
    written = {"max_tokens": 2, "temperature": 0.5, "top_k": 3, "top_p": 0.9, "seed": 1}
    written |= {"slide": False, "alternatives": 1, "stop_tokens": [], "stop": "zzz"}
    t, row = llmsys.tensor(x), llmsys.tensor(one)
    arena = llmsys.Arena()
    trainer = llmsys.CharacterTrainer(text.read_text(), **sizes)
    server = llmsys.Server(model)
    parts = nn.Linear(4, 3, rng=rng)
    attention = {"attn_mask": None, "dropout_p": 0.0, "is_causal": False, "scale": 0.5, "enable_gqa": True, "rng": rng}
    elementwise, pairs = ("relu", "gelu", "silu", "sigmoid", "tanh"), ("add", "subtract", "multiply", "divide", "swiglu", "geglu")
    calls = {name: Call(getattr(llmsys, name), (x,), {"out": np.empty_like(x)}) for name in elementwise}
    calls |= {name: Call(getattr(llmsys, name), (x, y), {"out": np.empty_like(x)}) for name in pairs}
    calls |= {name: Call(getattr(llmsys, name), (x,), {"axis": -1, "dim": None, "out": None}) for name in ("softmax", "log_softmax")}
    for name in ("attention", "scaled_dot_product_attention"):
        more = {"window": 0, "lengths": None, "slopes": None, "out": np.empty_like(heads)}
        calls[name] = Call(getattr(llmsys, name), (heads, heads, heads), {**attention, **more})
        calls[f"nn.functional.{name}"] = Call(getattr(F, name), (heads, heads, heads), attention)
    calls |= {f"nn.functional.{name}": Call(getattr(F, name), (t,), {}) for name in elementwise}
    calls |= {f"nn.functional.{name}": Call(getattr(F, name), (t, -1), {}) for name in ("softmax", "log_softmax")}
    calls |= {f"Tensor.{name}": Call(getattr(t, name), (), {"axis": 0, "keepdims": True}) for name in ("sum", "mean", "max", "min")}
    calls |= {f"Tensor.{name}": Call(getattr(t, name), ((4, 3),), {}) for name in ("reshape", "view")}
    calls |= {f"Tensor.{name}": Call(getattr(t, name), (1, 0), {}) for name in ("transpose", "permute")}
    calls |= {f"Tensor.{name}": Call(getattr(t, name), (0,), {}) for name in ("argmax", "softmax", "log_softmax")}
    for name in ("add", "sub", "mul", "truediv", "pow", "matmul", "lt", "le", "gt", "ge", "eq", "ne", "getitem"):
        other = w.T if name == "matmul" else 1 if name == "getitem" else y
        calls[f"operator.{name}"] = Call(lambda b, f=getattr(operator, name): f(t, b), (other,), {})
        if name not in ("getitem", "eq", "ne"):
            calls[f"operator.r{name}"] = Call(lambda a, f=getattr(operator, name): f(a, t), (y.T if name == "matmul" else y,), {})
    return calls | {
        "Tensor.data": Call(lambda values: setattr(llmsys.tensor(x), "data", values), (y,), {}),
        "Tensor.swapaxes": Call(t.swapaxes, (0, 1), {}),
        "Tensor.scale": Call(t.scale, (2.0,), {}),
        "Tensor": Call(llmsys.Tensor, (x,), {"requires_grad": False}),
        "tensor": Call(llmsys.tensor, (x,), {"requires_grad": False}),
        "concatenate": Call(llmsys.concatenate, ([t, t],), {"axis": 0}),
        "stack": Call(llmsys.stack, ([t, t],), {"axis": 0}),
        "matmul": Call(llmsys.matmul, (x, w.T), {"out": None}),
        "layer_norm": Call(llmsys.layer_norm, (x, (4,), one, one), {"eps": 1e-5, "out": None}),
        "rms_norm": Call(llmsys.rms_norm, (x, (4,), one), {"eps": 1e-5, "out": None}),
        "rope": Call(
            llmsys.rope, (heads, 1, 1e4), {"interleaved": False, "frequencies": np.ones(2), "inverse": False, "out": None}
        ),
        "sinusoidal": Call(llmsys.sinusoidal, (3, 4), {"start": 0, "theta": 1e4}),
        "embedding": Call(llmsys.embedding, (ids, x), {"out": None}),
        "cross_entropy": Call(llmsys.cross_entropy, (x, ids), {"ignore_index": -100, "reduction": "mean"}),
        "mse_loss": Call(llmsys.mse_loss, (x, y), {"reduction": "mean"}),
        "sample": Call(llmsys.sample, (one,), {"temperature": 1.0, "top_k": 2, "top_p": 0.5, "min_p": 0.1, "draw": 0.5}),
        "filter_logits": Call(llmsys.filter_logits, (one, "top-k", 2), {}),
        "optimizer_step": Call(
            llmsys.optimizer_step,
            ("adamw", np.ones(3, np.float32), np.ones(3, np.float32), [np.zeros(3, np.float32), np.zeros(3, np.float32)]),
            {"step": 1, "learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "weight_decay": 0.0},
        ),
        "set_threads": Call(llmsys.set_threads, (1,), {}),
        "memory_limit": Call(llmsys.memory_limit, (0,), {}),
        "load_plugin": Call(llmsys.load_plugin, ("no-such-plugin.so",), {}, works=False),
        "unregister": Call(llmsys.unregister, ("matmul", "nobody"), {}, works=False),
        "use": Call(llmsys.use, ("matmul", "auto"), {}),
        "using": Call(lambda matmul: llmsys.using(matmul=matmul).__enter__(), (), {"matmul": "naive"}),
        "kernels": Call(llmsys.kernels, ("matmul",), {}),
        "load_model": Call(llmsys.load_model, (folder / "nothing",), {"dtype": "as-is", "tokenizer": None}, works=False),
        "Arena": Call(lambda chunk, owner: llmsys.Arena(chunk, owner).empty(2), (), {"chunk": 4096, "owner": "sweep"}),
        "Arena.empty": Call(arena.empty, ((2, 3),), {"dtype": "float32"}),
        "Arena.zeros": Call(arena.zeros, ((2, 3),), {"dtype": "float32"}),
        "Arena.copy": Call(arena.copy, (x,), {}),
        "Tokenizer.load": Call(llmsys.Tokenizer.load, (text,), {"kind": "char"}),
        "Tokenizer.encode": Call(model.tokenizer.encode, ("The",), {"special": True}),
        "Tokenizer.decode": Call(model.tokenizer.decode, ([1, 2],), {}),
        "Tokenizer.decode_bytes": Call(model.tokenizer.decode_bytes, ([1, 2],), {}),
        "Pipeline": Call(
            llmsys.Pipeline,
            ([text],),
            {"kind": "text", "tokenizer": model.tokenizer, "batch": 1, "context_length": 4, "threads": 1, "prefetch": 1, "seed": 0, "epochs": 1},
        ),
        "CharacterTrainer": Call(llmsys.CharacterTrainer, (text.read_text(),), sizes),
        "CharacterTrainer.step": Call(trainer.step, (), {}),
        "Server": Call(llmsys.Server, (model,), {"name": "m", "port": 0, "token": "t", "max_sessions": 1, "max_waiting": 1, "max_tokens": 8}),
        "Server.stop": Call(server.stop, (), {"seconds": 0.0}),
        "Model.logits": Call(model.logits, ([1, 2],), {}),
        "Model.generate": Call(model.generate, ([1, 2],), {"echo": False, **written}),
        "Model.generate_ids": Call(model.generate_ids, ([1, 2],), written),
        "Model.stream": Call(model.stream, ([1, 2],), written),
        "Model.run_with_cache": Call(model.run_with_cache, ([1, 2],), {"names_filter": ["hook_embed"]}),
        "Module.train": Call(parts.train, (), {"mode": True}),
        "Module.load_state_dict": Call(parts.load_state_dict, (parts.state_dict(),), {}),
        "Module.named_parameters": Call(lambda prefix: list(parts.named_parameters(prefix)), (), {"prefix": "p."}),
        "nn.Parameter": Call(nn.Parameter, (x,), {}),
        "nn.Linear": Call(nn.Linear, (4, 3), {"bias": True, "rng": rng}),
        "nn.Embedding": Call(nn.Embedding, (4, 3), {"rng": rng}),
        "nn.LayerNorm": Call(nn.LayerNorm, (4,), {"eps": 1e-5, "bias": True}),
        "nn.RMSNorm": Call(nn.RMSNorm, (4,), {"eps": 1e-5}),
        "nn.SelfAttention": Call(nn.SelfAttention, (4, 2), {"is_causal": True, "bias": True, "rng": rng}),
        "nn.SwiGLU": Call(nn.SwiGLU, (4, 5), {"rng": rng}),
        "nn.Sequential": Call(nn.Sequential, (parts,), {}),
        "nn.Dropout": Call(nn.Dropout, (), {"p": 0.5, "rng": rng}),
        "nn.GELU": Call(nn.GELU, (), {"approximate": "none"}),
        "nn.CrossEntropyLoss": Call(nn.CrossEntropyLoss, (), {"ignore_index": -100, "reduction": "mean"}),
        "nn.functional.swiglu": Call(F.swiglu, (t, t), {}),
        "nn.functional.linear": Call(F.linear, (t, w, np.ones(3, np.float32)), {}),
        "nn.functional.layer_norm": Call(F.layer_norm, (t, row, row), {"eps": 1e-5}),
        "nn.functional.rms_norm": Call(F.rms_norm, (t, row), {"eps": 1e-5}),
        "nn.functional.embedding": Call(F.embedding, (ids, t), {}),
        "nn.functional.self_attention": Call(F.self_attention, (np.ones((1, 2, 12), np.float32), 2), {"is_causal": True}),
        "nn.functional.rope": Call(F.rope, (heads,), {"start": 0, "interleaved": False, "theta": 1e4}),
        "nn.functional.cross_entropy": Call(F.cross_entropy, (t, ids), {"ignore_index": -100, "reduction": "mean"}),
        "nn.functional.mse_loss": Call(F.mse_loss, (t, y), {}),
        "nn.functional.dropout": Call(F.dropout, (t,), {"p": 0.5, "training": True, "rng": rng}),
        "optim.SGD": Call(optim.SGD, ([t],), {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.0}),
        "optim.AdamW": Call(optim.AdamW, ([t],), {"lr": 0.1, "betas": (0.9, 0.99), "eps": 1e-8, "weight_decay": 0.0}),
        "optim.Adam": Call(optim.Adam, ([t],), {"lr": 0.1, "betas": (0.9, 0.99), "eps": 1e-8}),
        "optim.WarmupCosine": Call(optim.WarmupCosine, (optim.SGD([t]), 1, 4), {"least": 0.0}),
        "optim.clip_grad_norm": Call(optim.clip_grad_norm, ([t], 1.0), {}),
    }

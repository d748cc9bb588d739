"""The engine's HTTP server, in this process."""

from __future__ import annotations

from llmsys import _native
from llmsys.arguments import real, wrong_type
from llmsys.errors import Error
from llmsys.model import Model

__all__ = ["Server"]


class Server:
    """Serves a model on this machine: /v1/completions, /v1/models and the rest of the engine's server, in threads of its own.

    port 0 takes a free one. token: what requests must bear; None: nothing. Only 127.0.0.1 is listened on.

    Errors: llmsys.Error when the port is taken, the model has no tokenizer, or the library was built without cargo.

    Example::

        with llmsys.Server(model) as server:
            print(server.url)
    """

    def __init__(self, model: Model, *, name: str = "llmsys", port: int = 0, token: str | None = None, **limits: int) -> None:
        if not isinstance(model, Model):
            raise wrong_type("Server", model, "model", "it serves a model", "pass what load_model gave")
        if model.tokenizer is None:
            raise Error("a server for a model without tokenizer", "it is asked with texts", "load_model(path, tokenizer=...)", "not-found")
        self._handle = _native.ServerHandle(model._handle, model.tokenizer, name=name, port=port, token=token, **limits)
        self.port = self._handle.port()
        self.url = f"http://127.0.0.1:{self.port}"

    def stop(self, seconds: float = 1.0) -> None:
        """Refuses new requests, lets those that run end for so long, cancels the rest."""
        self._handle.stop(int(real(seconds, "Server.stop", "seconds", 0, 86400) * 1000))

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

"""Routes as the routers list them, before there is an application.

FastAPI makes a model of every answer that a route declares, and makes each route anew for every router around it. A server needs
no models of answers: its routes encode theirs by themselves. Made once and without them, they are there in a third of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fastapi import FastAPI, params

from runyard.wire.error import ErrorEnvelope

_T = TypeVar("_T", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    path: str
    endpoint: Callable[..., Any]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one noun. The decorators take what those of FastAPI's router do."""

    prefix: str = ""
    tags: Sequence[str] = ()
    include_in_schema: bool = True
    _routes: list[_Route] = field(default_factory=list)

    def get(self, path: str, **options: Any) -> Callable[[_T], _T]:
        """Add a route that reads."""
        return self._adder("GET", path, options)

    def post(self, path: str, **options: Any) -> Callable[[_T], _T]:
        """Add a route that makes or asks something."""
        return self._adder("POST", path, options)

    def put(self, path: str, **options: Any) -> Callable[[_T], _T]:
        """Add a route that sets something."""
        return self._adder("PUT", path, options)

    def patch(self, path: str, **options: Any) -> Callable[[_T], _T]:
        """Add a route that changes something."""
        return self._adder("PATCH", path, options)

    def delete(self, path: str, **options: Any) -> Callable[[_T], _T]:
        """Add a route that removes something."""
        return self._adder("DELETE", path, options)

    def add_to(
        self, app: FastAPI, *, prefix: str = "", dependencies: Sequence[params.Depends] = (), is_described: bool = False
    ) -> None:
        """Put the routes into an application, behind ``dependencies``; with ``is_described`` with the models of their answers."""
        for route in self._routes:
            options = dict(route.options)
            if not is_described:
                options["response_model"] = None
                options.pop("responses", None)
            elif dependencies:
                options["responses"] = {"default": {"model": ErrorEnvelope}, **options.get("responses", {})}
            app.add_api_route(
                prefix + self.prefix + route.path,
                route.endpoint,
                methods=[route.method],
                tags=list(self.tags),
                dependencies=list(dependencies),
                include_in_schema=self.include_in_schema,
                **options,
            )

    def _adder(self, method: str, path: str, options: dict[str, Any]) -> Callable[[_T], _T]:
        def add(endpoint: _T) -> _T:
            self._routes.append(_Route(method, path, endpoint, options))
            return endpoint

        return add

"""Composes the server. This module alone names back-ends."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
from collections.abc import AsyncIterator, Callable

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from runyard.compute.backends.local import LocalEngine
from runyard.compute.base import Engine
from runyard.domain.compute_target import LOCAL_TARGET
from runyard.errors import NotFoundError
from runyard.server import failure
from runyard.server.background.compactor import CompactorThread
from runyard.server.background.dispatcher import Dispatcher
from runyard.server.background.left_records import LeftRecordsThread
from runyard.server.background.lost_programs import LostProgramsThread
from runyard.server.clock import Clock, utc_now
from runyard.server.context import ServerContext
from runyard.server.gate import Gate
from runyard.server.routers import (
    artifact,
    bin,
    catalog,
    change,
    compute_target,
    environment,
    experiment,
    metric,
    run,
    run_diff,
    run_import,
    session,
    snapshot,
    state,
    view,
    workspace,
)
from runyard.server.routers.answer import Context, answer
from runyard.server.routes import Routes
from runyard.server.security.principal import caller_of
from runyard.server.security.token import owner_token, token_hash
from runyard.server.services.change_feed import ChangeFeed
from runyard.server.services.shared_answer import SharedAnswers
from runyard.server.services.text_line import TextFiles
from runyard.server.settings import Settings
from runyard.server.studio import studio_response
from runyard.storage.backends.sql.opened import open_folder, open_postgres
from runyard.version import VERSION
from runyard.wire.session import HealthBody
from runyard.wire.workspace import EnsureWorkspaceRequest

API = "/api/v1"
_API_ROUTERS = (
    metric,  # first: routes are tried in order, and no other is asked for as often
    session,
    workspace,
    experiment,
    catalog,
    run,
    run_diff,
    run_import,
    bin,
    artifact,
    snapshot,
    compute_target,
    environment,
    view,
    state,
    change,
)


def build_context(
    settings: Settings,
    *,
    server_id: str,
    base_url: Callable[[], str],
    clock: Clock = utc_now,
    engines: dict[str, Engine] | None = None,
) -> ServerContext:
    """Open the stores in ``settings.home`` and put the server's parts together.

    Raises:
        StorageError: the folder or its database cannot be opened.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    storage = open_postgres(settings.database_url, settings.home) if settings.database_url else open_folder(settings.home)
    storage.workspaces.ensure(settings.default_workspace, EnsureWorkspaceRequest(), at=clock())
    return ServerContext(
        settings=settings,
        storage=storage,
        texts=TextFiles(storage.artifacts),
        engines=engines if engines is not None else {LOCAL_TARGET: LocalEngine(gpus=settings.local_gpus)},
        clock=clock,
        server_id=server_id,
        owner=_user_name(),
        owner_token_hash=token_hash(owner_token(settings.home)),
        base_url=base_url,
    )


def create_app(context: ServerContext | None = None) -> FastAPI:
    """Return the application. Without a context it can only describe itself (``openapi()``)."""
    app = FastAPI(
        title="Runyard",
        version=VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
    )
    if context is not None:
        give_context(app, context)
    failure.install(app)
    is_described = context is None
    _health_routes().add_to(app, is_described=is_described)
    session.login_router.add_to(app)
    for module in _API_ROUTERS:
        # Every route refuses by default: who asks is settled before the route's own code runs.
        module.router.add_to(app, prefix=API, dependencies=[Depends(caller_of)], is_described=is_described)
    app.add_api_route("/{path:path}", _studio, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_middleware(Gate)
    return app


def give_context(app: FastAPI, context: ServerContext) -> None:
    """Have an application that answers nothing yet answer from a context, with nothing kept of an earlier one."""
    app.state.context = context
    app.state.stopping = asyncio.Event()
    app.state.answers = SharedAnswers()
    app.state.feed = ChangeFeed(context.storage.changes, app.state.stopping)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: ServerContext = app.state.context
    dispatcher = Dispatcher(context)
    object.__setattr__(context, "wake_dispatcher", dispatcher.wake)
    compactor = CompactorThread(context)
    left_records = LeftRecordsThread(context)
    lost_programs = LostProgramsThread(context)
    dispatcher.start()
    compactor.start()
    left_records.start()
    lost_programs.start()
    try:
        yield
    finally:
        app.state.stopping.set()
        left_records.stop()
        await asyncio.to_thread(lost_programs.stop)
        await asyncio.to_thread(compactor.stop)
        await asyncio.to_thread(dispatcher.stop)
        await asyncio.to_thread(context.storage.close)


def _health_routes() -> Routes:
    router = Routes(tags=["server"])

    @router.get("/health", operation_id="get_health", response_model=HealthBody)
    def get_health(context: Context) -> Response:
        """Say that the server lives. Open to everyone."""
        return answer(HealthBody(status="ok", version=VERSION, server_id=context.server_id))

    return router


def _studio(request: Request, path: str) -> Response:
    if path == "api" or path.startswith("api/"):
        raise NotFoundError(f"{request.method} /{path} is no route of this server.")
    return studio_response(request)


def _operation_id(route: APIRoute) -> str:
    return route.operation_id or route.name


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "owner"

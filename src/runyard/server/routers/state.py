"""Short addresses: a long state of the Studio, kept under a hash of itself."""

from __future__ import annotations

import base64
import hashlib

from starlette.responses import Response

from runyard.errors import LimitExceededError
from runyard.server.routers.answer import Caller, Context, answer
from runyard.server.routes import Routes
from runyard.wire.state import KeepStateRequest, StateBody

router = Routes(prefix="/workspaces/{workspace}/states", tags=["view"])

STATE_MAX_CHARS = 200_000
_HASH_BYTES = 15


@router.post("", operation_id="keep_state", response_model=StateBody)
def keep_state(context: Context, caller: Caller, workspace: str, request: KeepStateRequest) -> Response:
    """Keep what an address would be too long for; the Studio shows it at /s/HASH."""
    caller.require_person()
    if len(request.content) > STATE_MAX_CHARS:
        raise LimitExceededError(f"The state has {len(request.content)} characters; the limit is {STATE_MAX_CHARS}. Save a view.")
    digest = hashlib.sha256(request.content.encode("utf-8", "surrogatepass")).digest()[:_HASH_BYTES]
    name = base64.urlsafe_b64encode(digest).decode()
    context.storage.states.keep(workspace, name, request.content, at=context.clock())
    return answer(StateBody(hash=name, content=request.content))


@router.get("/{name}", operation_id="get_state", response_model=StateBody)
def get_state(context: Context, caller: Caller, workspace: str, name: str) -> Response:
    """Return what a short address stands for."""
    caller.require_person()
    return answer(StateBody(hash=name, content=context.storage.states.get(workspace, name)))

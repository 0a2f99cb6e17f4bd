"""Saved views: kept, shared, and never overwritten unseen."""

from __future__ import annotations

from typing import Any

import pytest

from runyard.domain.view import ViewSharing
from runyard.errors import NotFoundError, PermissionDeniedError
from runyard.server.context import ServerContext
from runyard.server.services.view import create_view, delete_view, get_view, update_view
from runyard.wire.view import CreateViewRequest, UpdateViewRequest

VIEW = {
    "name": "my best",
    "filter": "status:completed created>-7d",
    "columns": ["name", "metric.loss.min"],
    "order_by": "metric.loss.min",
    "run_ids": ["a"],
    "charts": [{"metric": "loss"}],
    "layout": {"split": True},
}


def test_a_view_comes_back_as_it_was_saved(api: Any, context: ServerContext) -> None:
    made = api.call("POST", "/views", json=VIEW)
    assert {key: made[key] for key in VIEW} == VIEW
    assert made["owner"] == context.owner and made["sharing"] == "private" and made["version"] == 1
    assert api.call("GET", f"/views/{made['id']}") == made
    assert api.call("GET", "/views") == {"views": [made]}


def test_a_change_needs_the_version_that_was_read(api: Any) -> None:
    view_id = api.call("POST", "/views", json=VIEW)["id"]
    assert "If-Match" in api.refuse("PATCH", f"/views/{view_id}", json={"name": "x"})["message"]
    changed = api.call("PATCH", f"/views/{view_id}", json={"name": "x"}, headers={"if-match": '"1"'})
    assert changed["name"] == "x" and changed["version"] == 2 and changed["filter"] == VIEW["filter"]
    error = api.refuse("PATCH", f"/views/{view_id}", json={"name": "y"}, headers={"if-match": '"1"'})
    assert error["status"] == 409 and error["details"]["version"] == 2 and error["details"]["view"]["name"] == "x"
    response = api.client.get(f"/api/v1/workspaces/default/views/{view_id}")
    assert response.headers["etag"] == '"2"'
    assert api.refuse("DELETE", f"/views/{view_id}", headers={"if-match": '"1"'})["status"] == 409
    api.call("DELETE", f"/views/{view_id}", headers={"if-match": '"2"'})
    assert api.refuse("GET", f"/views/{view_id}")["status"] == 404


@pytest.mark.parametrize("wrong", [{"filter": "status = Faild"}, {"order_by": "shoe"}, {"name": " "}, {"colour": "red"}])
def test_what_could_not_be_shown_is_not_saved(api: Any, wrong: dict[str, Any]) -> None:
    assert api.refuse("POST", "/views", json={**VIEW, **wrong})["code"] == "invalid_argument"


def test_sharing_says_who_sees_and_who_changes(context: ServerContext) -> None:
    own = create_view(context, "default", CreateViewRequest(name="own"), "ayse")
    with pytest.raises(NotFoundError):
        get_view(context, "default", own.id, "bob")
    update_view(context, "default", own.id, UpdateViewRequest(sharing=ViewSharing.VIEW), version=1, user="ayse")
    assert get_view(context, "default", own.id, "bob").sharing is ViewSharing.VIEW
    with pytest.raises(PermissionDeniedError, match="look at only"):
        update_view(context, "default", own.id, UpdateViewRequest(name="b"), version=2, user="bob")
    update_view(context, "default", own.id, UpdateViewRequest(sharing=ViewSharing.EDIT), version=2, user="ayse")
    changed = update_view(context, "default", own.id, UpdateViewRequest(name="bob's"), version=3, user="bob")
    assert changed.updated_by == "bob" and changed.owner == "ayse"
    with pytest.raises(PermissionDeniedError, match="ayse"):
        update_view(context, "default", own.id, UpdateViewRequest(sharing=ViewSharing.PRIVATE), version=4, user="bob")
    with pytest.raises(PermissionDeniedError, match="ayse"):
        delete_view(context, "default", own.id, version=4, user="bob")
    assert [view.name for view in context.storage.views.list("default", "bob")] == ["bob's"]


def test_an_experiment_opens_with_a_view_that_all_may_see(api: Any) -> None:
    api.experiment("mnist")
    view = api.call("POST", "/views", json=VIEW)
    assert "private" in api.refuse("PATCH", "/experiments/mnist", json={"default_view_id": view["id"]})["message"]
    api.call("PATCH", f"/views/{view['id']}", json={"sharing": "view"}, headers={"if-match": '"1"'})
    assert api.call("PATCH", "/experiments/mnist", json={"default_view_id": view["id"]})["default_view_id"] == view["id"]
    api.call("DELETE", f"/views/{view['id']}", headers={"if-match": '"2"'})
    assert api.call("GET", "/experiments/mnist")["default_view_id"] is None
    assert api.refuse("PATCH", "/experiments/mnist", json={"default_view_id": "nothing"})["status"] == 404


def test_the_change_feed_tells_of_every_change_of_a_view_and_not_what_is_in_it(api: Any) -> None:
    since = api.call("GET", "/changes")["cursor"]
    view_id = api.call("POST", "/views", json=VIEW)["id"]
    api.call("PATCH", f"/views/{view_id}", json={"name": "x"}, headers={"if-match": '"1"'})
    api.call("DELETE", f"/views/{view_id}", headers={"if-match": '"2"'})
    told = api.call("GET", f"/changes?since={since}")["changes"]
    assert [change["topic"] for change in told] == ["view"] * 3
    assert "my best" not in str(told) and view_id not in str(told)

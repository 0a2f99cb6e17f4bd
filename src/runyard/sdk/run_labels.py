"""Tags and properties of a run."""

from __future__ import annotations

from typing import Any

from runyard.sdk.labels import property_texts, tag_text, tag_texts
from runyard.sdk.run_handle import RunHandle
from runyard.wire.run import UpdateRunRequest


class RunLabels(RunHandle):
    """The part of a run that holds its tags, which change, and its properties, which do not."""

    def tag(self, key: str, value: Any = None) -> None:
        """Set a tag. Without a value it is a bare mark, whose value is None."""
        self.set_tags({key: tag_text(key, value)})

    def set_tags(self, tags: dict[str, Any]) -> None:
        """Set several tags; those that are not named stay."""
        self._update(UpdateRunRequest(set_tags=tag_texts(tags)))

    def remove_tags(self, tags: Any) -> None:
        """Remove the tags of these names: a text, or a list of texts. A name that is not there is no error."""
        keys = [tags] if isinstance(tags, str) else [str(key) for key in tags]
        self._update(UpdateRunRequest(remove_tags=keys))

    def get_tags(self) -> dict[str, str | None]:
        """Return the tags as they are now."""
        return dict(self._refreshed().tags)

    def add_properties(self, properties: dict[str, Any]) -> None:
        """Set properties, for ever.

        Raises:
            ImmutablePropertyError: one of them has another value already; then none is set.
        """
        texts = property_texts(properties)
        if texts:
            self._update(UpdateRunRequest(add_properties=texts))

    def get_properties(self) -> dict[str, str]:
        """Return the properties as they are now."""
        return dict(self._refreshed().properties)

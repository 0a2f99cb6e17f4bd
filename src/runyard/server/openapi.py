"""``python -m runyard.server.openapi`` prints the OpenAPI document that the Studio's types are made from."""

from __future__ import annotations

import json
import sys

from runyard.server.app import create_app


def main() -> None:
    """Print the document, the same text for the same routes."""
    json.dump(create_app().openapi(), sys.stdout, indent=2, sort_keys=True, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()

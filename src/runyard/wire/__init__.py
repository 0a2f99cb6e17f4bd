"""What travels over HTTP. ``openapi.json`` is made from these classes, and the Studio's types from that.

Writers are strict: an unknown field in a request is refused. Readers are tolerant: an unknown field in a response is ignored.
"""

"""The routes, one module a noun. They parse, check access, call a store or service, and answer."""

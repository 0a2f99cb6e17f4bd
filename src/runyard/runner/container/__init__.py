"""Scripts in containers, by the command line of Docker or Podman."""

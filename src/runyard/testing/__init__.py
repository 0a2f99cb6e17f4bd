"""What tests of Runyard and of its extensions share: a fake clock, a fake engine, a server in this process."""

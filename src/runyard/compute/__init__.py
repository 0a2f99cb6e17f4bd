"""Engines that run jobs. An engine never knows what a run is."""

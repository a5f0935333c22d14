"""What can be built, one component a file. `LandingZone` composes them."""

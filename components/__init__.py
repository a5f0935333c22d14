"""Components, one a file. `LandingZone` composes them."""

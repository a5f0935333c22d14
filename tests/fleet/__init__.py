"""Tests of `amlz fleet`."""

"""Tests of service meshes."""

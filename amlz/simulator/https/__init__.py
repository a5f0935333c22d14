"""The ARM endpoint over HTTPS on loopback: sign-in, lists in pages, polling, a log of requests."""

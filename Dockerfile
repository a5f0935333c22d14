# amlz as a container image: `docker build -t amlz .`, then `docker run --rm -v "$PWD:/stacks:ro" amlz check dev`. See
# docs/how-to/package.md. PYTHON: the base image; pass one by its digest, python@sha256:…, to build the same image again.
ARG PYTHON=python:3.12-slim

FROM ${PYTHON} AS build
WORKDIR /source
COPY . .
RUN tools/install.sh /opt/amlz
RUN /opt/amlz/bin/python -m pip uninstall -q -y setuptools && /opt/amlz/bin/python -m compileall -q /opt/amlz/lib

FROM ${PYTHON}
RUN apt-get update -q && apt-get install -q -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
RUN git config --system --add safe.directory /stacks
COPY --from=build /opt/amlz /opt/amlz
ENV PATH=/opt/amlz/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /stacks
USER 65532
ENTRYPOINT ["amlz"]

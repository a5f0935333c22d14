"""Pipeline files that preview every stack of a folder in shards, wave by wave, and keep the reports as artifacts."""

from __future__ import annotations

#: Actions by their commits, the same as those of .github/workflows.
_CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"
_PYTHON = "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0"
_UPLOAD = "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1"

_GITHUB = """\
# Previews every stack in shards, wave by wave: offline, without an account or a secret. Made by
# `amlz fleet pipeline github --waves @waves@`; more waves fail the first job. See docs/how-to/fleet.md.
name: Fleet preview

on: workflow_dispatch

permissions: {}

jobs:
  plan:
    name: Shards
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      contents: read
    outputs:
@outputs@    steps:
@setup@      - name: Deal out
        id: shards
        run: .venv/bin/amlz fleet shards --step github --waves @waves@ >> "$GITHUB_OUTPUT"
"""
_GITHUB_SETUP = f"""\
      - uses: {_CHECKOUT}
        with: {{persist-credentials: false}}
      - uses: {_PYTHON}
        with: {{python-version: "3.12"}}
      - name: Set up
        run: make setup
"""
_GITHUB_OUTPUTS = """\
      wave@n@: ${{ steps.shards.outputs.wave@n@ }}
      any@n@: ${{ steps.shards.outputs.any@n@ }}
"""
_GITHUB_WAVE = """\

  wave@n@:
    name: Wave @n@, shard ${{ matrix.shard }}
    needs: [@needs@]
    if: ${{ !cancelled() && needs.plan.result == 'success' && needs.plan.outputs.any@n@ == 'true' }}
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    permissions:
      contents: read
    strategy:
      fail-fast: false
      matrix: ${{ fromJSON(needs.plan.outputs.wave@n@) }}
    steps:
@setup@      - name: Preview
        env:
          SHARD: ${{ matrix.shard }}
        run: |
          mkdir -p reports
          .venv/bin/amlz fleet work --shard "$SHARD" --wave @n@ --to reports --processes 2
      - if: always()
        uses: @upload@
        with: {name: "reports-@n@-${{ strategy.job-index }}", path: reports, retention-days: 14}
"""
_AZURE = """\
# Previews every stack in shards, wave by wave: offline, without an account or a secret. Made by
# `amlz fleet pipeline azure-devops --waves @waves@`; more waves fail the first job. See docs/how-to/fleet.md.
trigger: none
pr: none

pool: {vmImage: ubuntu-24.04}

jobs:
  - job: plan
    displayName: Shards
    steps:
@setup@      - bash: .venv/bin/amlz fleet shards --step azure-devops --waves @waves@
        name: shards
        displayName: Deal out
"""
_AZURE_SETUP = """\
      - checkout: self
        fetchDepth: "1"
        persistCredentials: false
      - task: UsePythonVersion@0
        inputs: {versionSpec: "3.12"}
      - bash: make setup
        displayName: Set up
"""
_AZURE_WAVE = """\

  - job: wave@n@
    displayName: Wave @n@
    dependsOn: [@needs@]
    condition: >-
      and(not(canceled()), in(dependencies.plan.result, 'Succeeded'),
      eq(dependencies.plan.outputs['shards.any@n@'], 'true'))
    strategy:
      matrix: $[ dependencies.plan.outputs['shards.wave@n@'] ]
    steps:
@setup@      - bash: |
          set -euo pipefail
          mkdir -p reports
          .venv/bin/amlz fleet work --shard "$SHARD" --wave @n@ --to reports --processes 2
        displayName: Preview
        env: {SHARD: $(shard)}
      - publish: reports
        artifact: reports-@n@-$(System.JobPositionInPhase)
        condition: succeededOrFailed()
"""


def pipeline(host: str, waves: int) -> str:
    """Returns the file for a host, github or azure-devops, with a job for each wave."""
    head, setup, wave = (
        (_GITHUB, _GITHUB_SETUP, _GITHUB_WAVE) if host == "github" else (_AZURE, _AZURE_SETUP, _AZURE_WAVE)
    )
    numbers = range(1, waves + 1)
    parts = [head, *(_of_wave(wave, number) for number in numbers)]
    outputs = "".join(_filled(_GITHUB_OUTPUTS, n=str(number)) for number in numbers)
    return _filled("".join(parts), setup=setup, outputs=outputs, waves=str(waves), upload=_UPLOAD)


def _of_wave(text: str, number: int) -> str:
    """Returns the job of a wave, after the wave before it, also where a preview of that wave failed."""
    needs = ["plan"] if number == 1 else ["plan", f"wave{number - 1}"]
    return _filled(text, n=str(number), needs=", ".join(needs))


def _filled(text: str, **values: str) -> str:
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text

"""The base of records of reports in JSON."""

from __future__ import annotations

from pydantic import BaseModel

from amlz.reports.records import IN_JSON


class Record(BaseModel):
    """A record: keys in the casing of JSON, all of them required, and no other."""

    model_config = IN_JSON

"""Facts of Azure as tables, each row with its source."""

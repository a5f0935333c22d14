"""Speed, measured side by side in one run. Ratios mean something, seconds depend on the machine."""

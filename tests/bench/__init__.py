"""The benchmark behind `bin/bench`: ratios to things one knows, measured side by side in one run."""

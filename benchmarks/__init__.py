"""Figures: the product and bare baselines in one run on one machine, as ratios. `python -m benchmarks` prints them."""

# ===- __init__.py - The moe compiler in Python -----------------------------=== #
"""Mixtures of experts, compiled."""

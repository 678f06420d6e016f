"""The output folder: locks, manifest, writing aside and exchange."""

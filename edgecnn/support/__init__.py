"""What every room uses: files, paths, progress, records, tools that may be installed."""

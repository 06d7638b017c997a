"""Run folders: written, verified, compared; one solve or many."""

"""What `ci/fetch` does, one step a file: download, unpack, compare with the checksums."""


class Problem(Exception):
    """One line for the user: what failed, why, and what to do."""

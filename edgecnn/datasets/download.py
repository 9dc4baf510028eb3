"""Fetching the files of a data set."""

import urllib.request

from ..support.progress import bar

_TIMEOUT_S = 30


def fetch(url: str, most: int) -> bytes:
    """What is at `url`; raises OSError, also when that is more than `most` bytes."""
    chunks, there = [], 0
    with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
        size = int(answer.headers.get("Content-Length") or 0)
        with bar(f"Downloading {url.rpartition('/')[2]} (KiB)", -(-size // 1024)) as progress:
            while chunk := answer.read(1 << 16):
                chunks.append(chunk)
                there += len(chunk)
                if there > most:
                    raise OSError(f"it has more than {most:,} bytes")
                progress.advance(len(chunk) // 1024)
    data = b"".join(chunks)
    if size and len(data) != size:
        raise OSError("the connection ended early")
    return data

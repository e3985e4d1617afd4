"""Whether everything is as the libraries have it, and how JSON is read and written then."""

import json
from collections.abc import Callable

import orjson

# --defaults.
is_at_defaults = False


def loader() -> Callable[[bytes], dict]:
    """What reads JSON."""
    return json.loads if is_at_defaults else orjson.loads


def dumper() -> Callable[[dict], bytes]:
    """What writes JSON."""
    return (lambda value: json.dumps(value).encode()) if is_at_defaults else orjson.dumps

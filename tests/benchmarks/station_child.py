"""A station without a screen as its own process, as `muontra-station` starts it.

A station has no numpy: where the development tools have brought it, Pillow would load it for its
types alone.
"""

import sys

if __name__ == "__main__":
    sys.modules["numpy"] = None  # type: ignore[assignment] # not to be found
    from kiosk.station_app import main

    main()

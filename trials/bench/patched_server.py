"""The engine's server without the patches for speed that ``XINFANG_BENCH_WITHOUT`` names: what ``patches`` measures."""

import os

from engine.server import FAST, SOUND, main

WITHOUT = "XINFANG_BENCH_WITHOUT"

if __name__ == "__main__":
    left_out = os.environ.get(WITHOUT, "").split()
    main([*SOUND, *(patch for patch in FAST if patch.name not in left_out)])

"""Small catalogues and logs are those of real usage's tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "usage"))

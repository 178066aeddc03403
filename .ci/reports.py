"""Prints the reports that executed chapters hold; run by CI after the chapters ran on real data."""

import json
import sys
from pathlib import Path


def main(folder: str) -> int:
    """Print the text of every cell that makes a report or names a source; fail when there is none."""
    found = 0
    for path in sorted(Path(folder).glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            source = "".join(cell["source"])
            for output in cell.get("outputs", []):
                text = "".join(output.get("text", output.get("data", {}).get("text/plain", []))).rstrip()
                if text and ("report(" in source or 'attrs["source"]' in source):
                    print(f"--- {path.name}: {source.splitlines()[-1]}\n{text}")
                    found += 1
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

"""Asks whether a pinned package has a known vulnerability: `python -m tests.audit`.

Fails for one that a newer version mends; says "not checked" where the service does not answer.
"""

import json
import subprocess
import sys

AUDIT = ["--requirement", "requirements/dev.txt", "--disable-pip", "--require-hashes", "--timeout", "10"]


def main() -> int:
    """Print one line per vulnerability and return the exit code."""
    try:
        result = subprocess.run(
            [sys.executable, "-m", "pip_audit", *AUDIT, "--format", "json", "--progress-spinner", "off"],
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        packages = json.loads(result.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        print("Known vulnerabilities: not checked, the service does not answer.")
        return 0
    code = 0
    skipped = sum("skip_reason" in package for package in packages)
    if skipped:
        print(f"Known vulnerabilities: not checked for {skipped} of {len(packages)} packages.")
    for package in packages:
        for one in package.get("vulns", []):
            mended = ", ".join(one["fix_versions"])
            print(f"{package['name']} {package['version']}: {one['id']}, mended in {mended or 'no version'}")
            code = code or int(bool(mended))
    return code


if __name__ == "__main__":
    sys.exit(main())

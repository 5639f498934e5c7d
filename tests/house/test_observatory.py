"""bin/observatory: what MDN's HTTP Observatory says of the site as production serves it"""

import pytest

from tests.tools.observatory import is_possible, scanned


@pytest.mark.skipif(not is_possible(), reason="nginx, openssl and Node's packages are needed")
def test_the_highest_grade_and_nothing_failed() -> None:
    found = scanned()
    assert found["failed"] == []
    assert found["grade"] == "A+"
    assert "csp-implemented-with-no-unsafe-default-src-none" in found["passed"]
    assert "cookies-secure-with-httponly-sessions-and-samesite" in found["passed"]
    assert len(found["passed"]) >= 10

"""The logo in the repository is the one that the code draws."""

import xml.etree.ElementTree as ET

from lenet_course.authoring import logo


def test_drawing_the_logo_again_changes_nothing(root, tmp_path):
    (tmp_path / "assets").mkdir()
    logo.write_logo(tmp_path)
    assert (tmp_path / logo.FILE).read_text() == (root / logo.FILE).read_text()


def test_the_logo_stays_inside_its_frame():
    for shape in ET.fromstring(logo.draw()):
        for start, side in (("x", "width"), ("y", "height")):
            assert float(shape.get(start)) >= 0
            assert float(shape.get(start)) + float(shape.get(side)) <= 64

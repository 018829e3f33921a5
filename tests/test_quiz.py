"""Each chapter's quiz is whole, explains every option, and gives nothing away before time."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from lenet_course import quiz as module
from lenet_course.quiz import Option, Question, Quiz, quiz

CHAPTERS = sorted((Path(__file__).parent.parent / "chapters").glob("*.ipynb"))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_has_a_quiz_and_shows_it(path):
    assert (module.QUIZZES / f"{path.stem}.toml").is_file()
    assert f'quiz(\\"{path.stem[:2]}\\")' in path.read_text()
    questions = quiz(path.stem[:2]).questions
    assert 3 <= len(questions) <= 6
    for question in questions:
        assert len(question.options) >= 2
        assert all(option.says and option.because for option in question.options)


def test_every_quiz_belongs_to_a_chapter():
    stems = {path.stem for path in CHAPTERS}
    assert {path.stem for path in module.QUIZZES.glob("*.toml")} <= stems


QUESTION = Question("Is `a<b`?", (Option("Yes", "So & so.", right=True), Option("No", "?")))
EXAMPLE = Quiz("98", (QUESTION,))


def test_the_answers_are_folded():
    tree = ET.fromstring(EXAMPLE._repr_html_())
    options = list(tree.iter("details"))
    assert [option.find("summary").text for option in options] == ["Yes", "No"]
    assert all("open" not in option.attrib for option in options)
    assert [option.find("p/strong").text for option in options] == ["Right.", "Not so."]
    assert ["data-right" in option.attrib for option in options] == [True, False]
    assert tree.find("ol/li/p/code").text == "a<b"


@pytest.mark.parametrize(
    ("text", "marked_up"),
    [
        ("does *not* change", "does <em>not</em> change"),
        ("*two words*, `code`", "<em>two words</em>, <code>code</code>"),
        ("`a * b * c` is *a*", "<code>a * b * c</code> is <em>a</em>"),
        ("2 * 3 * 4 < 5", "2 * 3 * 4 &lt; 5"),
    ],
)
def test_code_and_stress(text, marked_up):
    html = Quiz("98", (replace(QUESTION, asks=text),))._repr_html_()
    assert f"<p>{marked_up}</p>" in html


YES, NO = QUESTION.options


@pytest.mark.parametrize(
    "changed",
    [
        replace(QUESTION, asks="Is `a<c`?"),
        replace(QUESTION, options=(NO, YES)),
        replace(QUESTION, options=(YES, NO, NO)),
        replace(QUESTION, options=(replace(YES, says="yes"), NO)),
        replace(QUESTION, options=(YES, replace(NO, right=True))),
    ],
)
def test_an_answer_to_an_older_question_does_not_count_for_a_new_one(changed):
    assert changed.key != QUESTION.key


def test_a_better_reason_leaves_answers_as_they_are():
    assert replace(QUESTION, options=(replace(YES, because="So."), NO)).key == QUESTION.key
    assert re.fullmatch("[0-9a-f]{8}", QUESTION.key)


def test_as_text_a_quiz_keeps_its_answers_to_itself():
    assert repr(EXAMPLE) == "1. Is `a<b`?\n   - Yes\n   - No"


@pytest.mark.parametrize("chapter", ["99", "8", "", "../0"])
def test_an_unknown_chapter(chapter):
    with pytest.raises(ValueError, match=re.escape(f"no quiz for chapter {chapter!r}")):
        quiz(chapter)


@pytest.mark.parametrize("right", ["true", "false"])
def test_a_question_needs_a_right_and_a_wrong_option(right, tmp_path, monkeypatch):
    option = f'[[question.option]]\nsays = "a"\nbecause = "b"\nright = {right}\n'
    (tmp_path / "98_test.toml").write_text(f'[[question]]\nasks = "Which?"\n{option}')
    monkeypatch.setattr(module, "QUIZZES", tmp_path)
    with pytest.raises(ValueError, match=r"98_test.toml: 'Which\?' needs a right and a wrong"):
        quiz("98")

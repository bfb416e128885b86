"""Meetings: every unit at work is invited."""

from models.vocabulary.papers import Letter
from trials.harness.office import Office, at, told_by


def signed(office: Office) -> str:
    number = office.assigned("市住建局", "某街道办事处")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(f"{number}/2", "sign_in", "L-JDB", as_of=at(3))
    return number


def test_a_meeting_invites_every_unit(office: Office) -> None:
    number = signed(office)
    office.decide(number, "oversee", "Z01", as_of=at(10), choice="召开协调会", text="现场会", deputies="2", representatives="5")
    assert [letter.addressee for letter in office.letters(number) if letter.letter is Letter.MEETING_NOTICE] == [
        "市住建局",
        "某街道办事处",
    ]
    assert told_by(office.events(number)[-1]) == {"deputies": 2, "representatives": 5, "proof": "none"}

"""Logs are kept to a size; alarms are read out as they come."""

from pathlib import Path

from desk.stack.logs import Tail, rotate


def test_a_log_that_grew_too_large_is_put_aside_and_begun_anew(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with log.open("ab", buffering=0) as written:
        for number in range(7):
            written.write(b"%d" % number * 11)
            assert rotate(log, largest=10, kept=3)
            assert log.stat().st_size == 0
    kept = {path.name: path.read_bytes()[:1] for path in tmp_path.iterdir() if path != log}
    assert kept == {"worker.log.1": b"6", "worker.log.2": b"5", "worker.log.3": b"4"}


def test_a_small_log_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    assert not rotate(log)
    log.write_bytes(b"0123456789")
    assert not rotate(log, largest=10)
    assert list(tmp_path.iterdir()) == [log]


def test_only_whole_new_lines_are_read_out(tmp_path: Path) -> None:
    file = tmp_path / "alarms.log"
    file.write_text("old\n", encoding="utf-8")
    tail = Tail(file)
    with file.open("a", encoding="utf-8") as more:
        more.write("一\n二\n半")
    assert (tail.new_lines(), tail.new_lines()) == (["一", "二"], [])
    with file.open("a", encoding="utf-8") as more:
        more.write("行\n")
    assert tail.new_lines() == ["半行"]


def test_a_file_that_comes_later_is_read_from_its_beginning(tmp_path: Path) -> None:
    tail = Tail(tmp_path / "alarms.log")
    assert tail.new_lines() == []
    (tmp_path / "alarms.log").write_text("一\n", encoding="utf-8")
    assert tail.new_lines() == ["一"]

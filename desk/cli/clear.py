"""The commands that open what is sealed: a case in clear, one of its papers, its people; each leaves a look on record."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Annotated

import typer

from desk.cli.console import at_the_console
from desk.cli.output import fail, say, say_json, spoken, table
from desk.wall_time import now

if TYPE_CHECKING:
    from tasks.reading.whole_case import WholeCase

Number = Annotated[str, typer.Argument(metavar="编号", help="信访件编号，如 XF-2026-0001；派件如 XF-2026-0001/2")]
Myself = Annotated[str, typer.Option("--officer", "--as", prompt="本人工号", help="本人工号")]
LookReason = Annotated[str, typer.Option("--reason", prompt="查阅理由", help="为何需要查阅")]


@spoken
def read_command(
    number: Number,
    officer: Myself,
    reason: LookReason,
    share: Annotated[int | None, typer.Option("--share", min=1, help="只看这一份派件")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """查阅全案原文：来信、意见、异议、报告、答复、附件目录；谁、何时、为何查阅将记入案卷。"""
    from tasks.reading.admission import Request
    from tasks.reading.whole_case import read_case

    subject = number if share is None else f"{number.partition('/')[0]}/{share}"
    whole = read_case(Request(subject, at_the_console(officer), reason), as_of=now())
    if as_json:
        say_json(vars(whole))
    else:
        _print_whole(whole)


def _print_whole(whole: "WholeCase") -> None:
    say(f"编号：{whole.number}")
    for name, text in whole.summary.items():
        say(f"{name}：{text}")
    if whole.people:
        table("信访人", whole.people)
    _print_texts(whole)
    if whole.papers:
        say("")
        table("附件（xinfang paper 编号 序号 --out 文件 可取回）", whole.papers)
    if whole.withheld:
        say(f"\n按您的身份不可查阅：{'、'.join(whole.withheld)}")


def _print_texts(whole: "WholeCase") -> None:
    written = [("来信内容", whole.content), ("被反映人", whole.accused)]
    for row in whole.texts:
        head = "  ".join(row[part] for part in ("序", "时间", "事项", "单位", "经办") if row[part])
        written.append((head, "\n".join(row[part] for part in ("要点", "内容") if row[part])))
    for row in whole.letters:
        head = f"{row['函件']} {row['文号']} → {row['收件']}（{row['状态']}）"
        written.append((head, row["正文"].rstrip()))
    for head, text in written:
        if text:
            say(f"\n【{head}】\n{text}")


@spoken
def paper_command(
    number: Number,
    paper: Annotated[int, typer.Argument(metavar="序号", help="第几份附件，见 xinfang read", min=1)],
    out: Annotated[Path, typer.Option("--out", help="存到这个文件")],
    officer: Myself,
    reason: LookReason,
    force: Annotated[bool, typer.Option("--force", help="文件已存在时覆盖")] = False,
) -> None:
    """取回一份附件的原文，并与入卷时的校验值核对；谁、何时、为何取回将记入案卷。"""
    from tasks.reading.admission import Request
    from tasks.reading.papers_in_clear import bring_back

    if out.exists() and (out.is_dir() or not force):
        fail(f"{out} 已存在，没有取回：请换一个文件名{'' if out.is_dir() else '，或加 --force 覆盖'}")
    if not out.parent.is_dir():
        fail(f"没有文件夹 {out.parent}，没有取回：请先建立，或换一个位置")
    found = bring_back(Request(number, at_the_console(officer), reason, paper=paper), as_of=now())
    try:
        _write(out, found.content, force=force)
    except OSError as error:
        fail(f"{out} 无法写入：{error.strerror or error}")
    say(
        f"{number} 第 {paper} 份附件（{found.kind}，{found.name}）已存为 {out}，{len(found.content)} 字节，SHA-256 相符 {found.sha256}"
    )


def _write(out: Path, content: bytes, *, force: bool) -> None:
    """Write a file that its owner alone can read, whole or not at all; never over one that came meanwhile, unless forced to."""
    with NamedTemporaryFile(dir=out.parent, prefix=".", delete=False) as file:  # made for its owner alone
        file.write(content)
    try:
        if force:
            os.replace(file.name, out)
        else:
            os.link(file.name, out)
    finally:
        Path(file.name).unlink(missing_ok=True)


@spoken
def disclose_command(number: Number, officer: Myself, reason: LookReason) -> None:
    """查看信访人完整信息；谁、何时、为何查看将记入案卷。"""
    from rules.access import TextKind
    from tasks.casework.disclosure import disclose
    from tasks.reading.admission import Request, admit

    people = admit(
        Request(number, at_the_console(officer), reason),
        frozenset({TextKind.PEOPLE, TextKind.IDENTITY}),
        lambda admitted: disclose(admitted.case, act=admitted.act, reason=admitted.reason),
        as_of=now(),
    )
    heads = {"name": "姓名", "id_number": "证件号码", "phone": "电话", "address": "住址", "email": "邮箱"}
    table(f"{number} 信访人", [{heads[field]: text for field, text in person.items()} for person in people])

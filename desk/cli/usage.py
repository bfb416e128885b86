"""What is wrong with a command line, in one Chinese sentence: the parser's own messages are English."""

import re
from typing import Any

HELP = "用 {command} --help 查看用法"

SAID = (
    (r"No such command '(?P<what>.*)'\.(?: Did you mean '(?P<near>.*)'\?)?", "没有命令 {what}"),
    (r"No such option: (?P<what>\S+)(?: \(Possible options: (?P<near>.*)\))?", "没有选项 {what}"),
    (r"Missing argument '(?P<what>.*)'\.", "缺少{what}"),
    (r"Missing option '(?P<what>.*)'\.", "缺少选项 {what}"),
    (r"Option '(?P<what>.*)' requires an argument\.", "选项 {what} 后面要写明内容"),
    (r"Option '(?P<what>.*)' does not take a value\.", "选项 {what} 后面不写内容"),
    (r"Got unexpected extra argument\(?s?\)? \((?P<what>.*)\)", "多写了“{what}”"),
    (r"Invalid value for '(?P<what>.*)': .*valid integer.*", "{what} 应为整数"),
    (r"Invalid value for '(?P<what>.*)': .*greater than or equal to (?P<bound>\S+)", "{what} 不得小于 {bound}"),
    (r"Invalid value for '(?P<what>.*)': .*less than or equal to (?P<bound>\S+)", "{what} 不得大于 {bound}"),
    (r"Invalid value for '(?P<what>.*)': (?P<why>.*)", "{what} 的内容不对（{why}）"),
)
"""The parser's messages, and ours. ``near`` is what may have been meant."""


def explain_usage(misuse: Exception) -> str:
    """Say what is wrong with a command line and where its usage can be read."""
    if type(misuse).__name__ == "NoArgsIsHelpError":
        return str(misuse)  # the help itself: a group of commands was called without any
    said = getattr(misuse, "format_message", lambda: str(misuse))()
    context: Any = getattr(misuse, "ctx", None)
    command = context.command_path if context is not None else "xinfang"
    return f"命令用法不对：{_in_chinese(said)}。{HELP.format(command=command)}"


def _in_chinese(said: str) -> str:
    for pattern, ours in SAID:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            words = found.groupdict()
            near = words.pop("near", None)
            return ours.format(**words) + (f"（是否要用 {near}？）" if near else "")
    return said.rstrip(".")

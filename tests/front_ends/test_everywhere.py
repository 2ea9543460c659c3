"""The same cells in a real kernel, in terminal IPython, and through `InteractiveShell.run_cell`."""

import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.terminal]

THREE = "a = await work(1)\nb = await work(2)\nc = await work(3)\n"
RAN = "', '.join(each.strategy + ' ' + str(each.status.value) for each in perfmagic.last().candidates)"


def test_three_awaits_are_compared_and_bound(front_end):
    assert not front_end.run("%%concurrent\n" + THREE).error
    assert front_end.run("(a, b, c)").out == "(1, 2, 3)"
    assert "gather ran" in front_end.run(RAN).out
    assert "tasks ran" in front_end.run(RAN).out


def test_report_is_shown_by_default(front_end):
    front_end.run("%config Perfmagic.quiet = False")
    reply = front_end.run("%%concurrent\n" + THREE)
    front_end.run("%config Perfmagic.quiet = True")
    assert "gather" in reply.text
    assert "faster" in reply.text


def test_pool_from_an_earlier_cell_stays_on_its_loop(front_end):
    reply = front_end.run("%%concurrent\nx = await pool.fetch(1)\ny = await pool.fetch(2)\n(x, y)\n")
    assert not reply.error
    assert reply.out == "(1, 2)"


def test_lock_from_an_earlier_cell_can_be_awaited(front_end):
    front_end.run("lock = asyncio.Lock()")
    front_end.run("await lock.acquire()")
    front_end.run("lock.release()")
    reply = front_end.run("%%concurrent\nasync with lock:\n    held = await work(5)\nheld\n")
    assert not reply.error
    assert reply.out == "5"
    assert front_end.run("lock.locked()").out == "False"


def test_print_appears_once(front_end):
    reply = front_end.run("%%concurrent\na = await work(1)\nprint('only', 'once')\nb = await work(2)\n")
    assert reply.text.count("only once") == 1


def test_display_appears_once(front_end):
    reply = front_end.run("%%concurrent\na = await work(1)\ndisplay('shown' + ' here')\nb = await work(2)\n")
    assert reply.text.count("shown here") == 1


def test_value_goes_to_out_and_underscore(front_end):
    reply = front_end.run("%%concurrent\na = await work(20)\nb = await work(22)\na + b\n")
    assert reply.out == "42"
    assert front_end.run("_").out == "42"


def test_semicolon_silences_the_value(front_end):
    reply = front_end.run("%%concurrent\na = await work(20)\nb = await work(22)\na + b;\n")
    assert not reply.error
    assert reply.out == ""


def test_line_magic_inside_the_cell(front_end):
    reply = front_end.run("%%concurrent\na = await work(1)\n%precision 3\nb = await work(2)\n(a, b)\n")
    assert not reply.error
    assert reply.out == "(1, 2)"


def test_shell_command_inside_the_cell(front_end):
    reply = front_end.run(
        "%%concurrent\na = await work(1)\n!echo from the shell\nb = await work(2)\n(a, b)\n"
    )
    assert not reply.error
    assert (
        reply.text.count("from the shell") == 1 or front_end.name == "run_cell"
    )  # there the command writes past Python
    assert reply.out == "(1, 2)"


def test_capture_above_the_magic(front_end):
    reply = front_end.run(
        "%%capture held\n%%concurrent\nprint('kept back')\na = await work(7)\nb = await work(8)\n"
    )
    assert not reply.error
    assert "kept back" not in reply.text
    assert front_end.run("(held.stdout.strip(), a, b)").out == "('kept back', 7, 8)"


def test_queued_cells_run_in_order(front_end):
    cells = [f"%%concurrent\nq{i} = await work({i})\nr{i} = await work({i})\n" for i in range(4)]
    replies = front_end.run_all([*cells, "(q0, q1, q2, q3, r3)"])
    assert [reply.error for reply in replies] == [""] * 5
    assert replies[-1].out == "(0, 1, 2, 3, 3)"


def test_users_exception_keeps_its_line_and_shows_no_frame_of_ours(front_end):
    reply = front_end.run(
        "%%concurrent\na = await work(1)\nb = await work(2)\nraise ValueError('of the user')\n"
    )
    assert "ValueError: of the user" in reply.error
    assert "raise ValueError" in reply.error
    assert "perfmagic" not in reply.error
    assert "await_cell_magic" not in reply.error
    assert front_end.run("(a, b)").out == "(1, 2)"


def test_syntax_error_points_at_the_users_line(front_end):
    reply = front_end.run("%%concurrent\na = await work(1)\nb = = 2\n")
    assert "SyntaxError" in reply.error
    assert "b = = 2" in reply.error
    assert "perfmagic" not in reply.error


def test_autoawait_off_refuses_awaits_and_runs_the_rest(front_end):
    front_end.run("%autoawait False")
    try:
        refused = front_end.run("%%concurrent\na = await work(1)\n")
        plain = front_end.run("%%concurrent\nz = 3\nz + 1\n")
    finally:
        front_end.run("%autoawait asyncio")
        front_end.run("%autoawait True")
    assert "autoawait is off" in refused.shown
    assert plain.out == "4"


def test_unknown_option_names_the_nearest_and_runs_nothing(front_end):
    reply = front_end.run("%%concurrent --ronds 3\nran = await work(1)\n")
    assert "did you mean --rounds?" in reply.shown
    assert "NameError" in front_end.run("ran").error


def test_sync_cell_runs_without_an_event_loop_of_ours(front_end):
    reply = front_end.run("%%concurrent\nx = 1\ny = x + 1\ny\n")
    assert reply.out == "2"


def test_help_is_printed_and_nothing_runs(front_end):
    assert "--assume-independent" in front_end.run("%%concurrent --help").text


def test_export_into_a_folder_that_is_not_there_is_refused_before_the_cell_runs(front_end):
    reply = front_end.run("%%concurrent --export /nowhere/at/all/x.json\nnever = await work(1)\n")
    assert "there is no folder" in reply.shown
    assert "NameError" in front_end.run("never").error


def test_exception_object_of_an_earlier_cell_is_drawn_with_one_run_only(front_end):
    front_end.run("failure = ValueError('kept')")
    reply = front_end.run("%%concurrent\na = await work(1)\nb = await work(2)\nraise failure\n")
    assert "ValueError: kept" in reply.error
    assert "inline.py" not in reply.error
    assert reply.error.count("raise failure") == 1


@pytest.mark.parametrize("wait", ["await work", "block"], ids=["awaiting", "blocking"])
def test_an_explanation_shows_levels_and_runs_nothing(front_end, wait):
    front_end.run("ran = []")
    front_end.run("import time")
    front_end.run("def block(x):\n    time.sleep(0.01)\n    return x\n")
    reply = front_end.run(
        f"%%concurrent --explain -o found\np = {wait}(1)\nq = {wait}(2)\nran.append(p + q)\nran\n"
    )
    assert not reply.error
    assert "2 operations in 1 level" in reply.text
    assert front_end.run("(ran, found.executions)").out == "([], 0)"

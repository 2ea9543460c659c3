"""Whose output it is: what the run's own tasks and threads print is the run's, everything else goes where it always went."""

import asyncio
import io
import sys
import threading
from types import SimpleNamespace

import pytest

from perfmagic.shell.recording import recording

LIVE = pytest.mark.parametrize("live", [True, False], ids=["live", "hidden"])


class Publisher:
    def __init__(self):
        self.published, self.cleared, self.colour = [], 0, "green"

    def publish(self, data, metadata=None, **options):
        self.published.append((data, metadata, options))

    def clear_output(self, wait=False):
        self.cleared += 1


class Odd:
    """A standard stream of an unusual front end."""

    encoding, colour, flushed, buffer = "utf-9", "green", 0, object()

    def fileno(self):
        return 77

    def isatty(self):
        return True

    def flush(self):
        self.flushed += 1


class Screen:
    """What the user sees: all that went past the recording."""

    def __init__(self, capsys):
        self._capsys, self._out, self._err = capsys, "", ""

    def _look(self):
        seen = self._capsys.readouterr()
        self._out, self._err = self._out + seen.out, self._err + seen.err

    @property
    def out(self):
        self._look()
        return self._out

    @property
    def err(self):
        self._look()
        return self._err


@pytest.fixture
def shell():
    return SimpleNamespace(display_pub=Publisher())


@pytest.fixture
def screen(capsys):
    return Screen(capsys)


def in_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@LIVE
def test_printed_text_is_noted_and_seen_only_if_live(shell, screen, live):
    with recording(shell, live=live) as notes:
        print("one", 2)
        assert notes.stdout == "one 2\n"
    assert screen.out == ("one 2\n" if live else "")


@LIVE
def test_stderr_is_no_result_but_follows_the_run(shell, screen, live):
    with recording(shell, live=live) as notes:
        print("careful", file=sys.stderr)
    assert notes.stdout == ""
    assert screen.err == ("careful\n" if live else "")


@LIVE
async def test_child_tasks_belong_to_the_run(shell, screen, live):
    async def child(name):
        await asyncio.sleep(0)
        print(name)

    with recording(shell, live=live) as notes:
        await asyncio.gather(child("a"), child("b"))
        task = asyncio.create_task(child("c"))
        await task
    assert notes.stdout == "a\nb\nc\n"
    assert screen.out == (notes.stdout if live else "")


@LIVE
async def test_to_thread_belongs_to_the_run_also_on_a_worker_that_is_older(shell, screen, live):
    await asyncio.to_thread(int)
    with recording(shell, live=live) as notes:
        await asyncio.to_thread(print, "from a worker")
    assert notes.stdout == "from a worker\n"
    assert screen.out == (notes.stdout if live else "")


@LIVE
def test_a_thread_that_the_run_starts_belongs_to_it(shell, screen, live):
    with recording(shell, live=live) as notes:
        in_thread(lambda: print("born here"))
    assert notes.stdout == "born here\n"
    assert screen.out == (notes.stdout if live else "")


@LIVE
async def test_a_task_of_an_earlier_cell_prints_where_it_always_did(shell, screen, live):
    go, done = asyncio.Event(), asyncio.Event()

    async def stranger():
        await go.wait()
        print("stranger")
        print("its error", file=sys.stderr)
        shell.display_pub.publish({"text/plain": "its display"})
        done.set()

    task = asyncio.create_task(stranger())
    await asyncio.sleep(0)
    with recording(shell, live=live) as notes:
        go.set()
        await done.wait()
        print("own")
    await task
    assert notes.stdout == "own\n"
    assert notes.displays == ()
    assert screen.out == ("stranger\nown\n" if live else "stranger\n")
    assert [data for data, _, _ in shell.display_pub.published] == [{"text/plain": "its display"}]


@LIVE
def test_a_thread_of_an_earlier_cell_prints_where_it_always_did(shell, screen, live):
    go, done = threading.Event(), threading.Event()

    def stranger():
        go.wait()
        print("stranger")
        done.set()

    thread = threading.Thread(target=stranger)
    thread.start()
    with recording(shell, live=live) as notes:
        go.set()
        done.wait()
    thread.join()
    assert notes.stdout == ""
    assert screen.out == "stranger\n"


async def test_a_task_that_outlives_the_run_prints_to_the_screen_afterwards(shell, screen):
    go = asyncio.Event()

    async def late():
        print("early")
        await go.wait()
        print("late")

    with recording(shell, live=False) as notes:
        task = asyncio.create_task(late())
        await asyncio.sleep(0)
    go.set()
    await task
    assert notes.stdout == "early\n"
    assert screen.out == "late\n"


async def test_a_task_that_outlives_the_run_writes_its_kept_stream_to_the_screen(shell, screen):
    go = asyncio.Event()

    async def late(kept):
        await go.wait()
        kept.write("late")

    with recording(shell, live=False) as notes:
        task = asyncio.create_task(late(sys.stdout))
    go.set()
    await task
    assert (notes.stdout, screen.out) == ("", "late")


def test_a_stream_that_the_run_kept_writes_to_the_screen_afterwards(shell, screen):
    with recording(shell, live=False) as notes:
        kept = sys.stdout
    kept.write("later")
    assert (notes.stdout, screen.out) == ("", "later")


@LIVE
def test_a_display_is_noted_and_seen_only_if_live(shell, screen, live):
    publisher = shell.display_pub
    with recording(shell, live=live) as notes:
        shell.display_pub.publish({"text/plain": "x"}, {"a": 1}, transient={"display_id": "7"})
        shell.display_pub.publish({"text/plain": "y"})
    assert [(dict(each.data), dict(each.metadata)) for each in notes.displays] == [
        ({"text/plain": "x"}, {"a": 1}),
        ({"text/plain": "y"}, {}),
    ]
    assert [data for data, _, _ in publisher.published] == (
        [{"text/plain": "x"}, {"text/plain": "y"}] if live else []
    )
    if live:
        assert publisher.published[0][2] == {"transient": {"display_id": "7"}}


def test_a_noted_display_does_not_change_with_what_was_shown(shell, screen):
    data = {"text/plain": "before"}
    with recording(shell, live=True) as notes:
        shell.display_pub.publish(data)
        data["text/plain"] = "after"
    assert notes.displays[0].data == {"text/plain": "before"}


@LIVE
def test_a_hidden_run_cannot_clear_what_the_user_sees(shell, screen, live):
    publisher = shell.display_pub
    with recording(shell, live=live):
        shell.display_pub.clear_output(wait=True)
    assert publisher.cleared == (1 if live else 0)


def test_the_publisher_still_answers_for_the_shells_own(shell, screen):
    with recording(shell, live=False):
        assert shell.display_pub.colour == "green"
        with pytest.raises(AttributeError):
            shell.display_pub.no_such_thing


@LIVE
def test_a_stream_says_of_itself_what_the_real_one_says(shell, monkeypatch, live):
    real = Odd()
    monkeypatch.setattr(sys, "stdout", real)
    with recording(shell, live=live):
        assert (sys.stdout.fileno(), sys.stdout.isatty(), sys.stdout.encoding) == (77, True, "utf-9")
        assert sys.stdout.buffer is real.buffer
        assert sys.stdout.writable()
        assert sys.stdout.colour == "green"
        sys.stdout.flush()
        assert real.flushed == 1


@LIVE
def test_only_text_can_be_printed(shell, screen, live):
    with recording(shell, live=live) as notes, pytest.raises(TypeError, match="must be str, not bytes"):
        sys.stdout.write(b"raw")
    assert notes.stdout == ""


@LIVE
def test_writing_returns_the_number_of_characters(shell, screen, live):
    with recording(shell, live=live):
        assert sys.stdout.write("abc") == 3


def test_streams_and_publisher_are_put_back_even_after_an_error(shell, screen):
    before = (sys.stdout, sys.stderr, shell.display_pub)
    with pytest.raises(KeyError), recording(shell, live=False):
        {}["missing"]
    assert (sys.stdout, sys.stderr, shell.display_pub) == before


def test_a_stream_that_the_cell_put_in_place_stays(shell, screen):
    own = io.StringIO()
    before = sys.stdout
    try:
        with recording(shell, live=True):
            sys.stdout = own
        assert sys.stdout is own
    finally:
        sys.stdout = before


def test_redirected_output_of_the_cell_is_not_the_runs(shell, screen):
    held = io.StringIO()
    with recording(shell, live=True) as notes:
        recorded, sys.stdout = sys.stdout, held
        print("aside")
        sys.stdout = recorded
        print("shown")
    assert (held.getvalue(), notes.stdout, screen.out) == ("aside\n", "shown\n", "shown\n")


def test_each_recording_notes_its_own_run(shell, screen):
    with recording(shell, live=True) as first:
        print("one")
    with recording(shell, live=True) as second:
        print("two")
    assert (first.stdout, second.stdout) == ("one\n", "two\n")


def test_a_recording_inside_another_takes_the_output_from_it(shell, screen):
    """A run inside a live run: what is hidden there stays hidden here."""
    with recording(shell, live=True) as outer:
        print("before")
        with recording(shell, live=False) as inner:
            print("inside")
        print("after")
    assert inner.stdout == "inside\n"
    assert outer.stdout == screen.out == "before\nafter\n"

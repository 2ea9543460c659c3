"""A schedule is known by its number: what it delays, by how much, and never by more than the cell allows."""

import itertools

import pytest

from perfmagic.runners.schedules import AS_IT_COMES, MARGIN_S, SCHEDULES, Schedule, Tempo

THREE = Tempo(durations_s=(0.25, 0.5, 0.125), batches=((0, 1, 2),), waits=(3, 3, 3), wall_s=0.5, most_s=1.0)
MANY = Tempo(
    durations_s=(0.25,) * 5000, batches=(tuple(range(5000)),), waits=(2,) * 5000, wall_s=0.25, most_s=9.0
)
TWO_LEVELS = Tempo(
    durations_s=(0.25, 0.5, 0.125, 0.25),
    batches=((0, 1), (2, 3)),
    waits=(1, 1, 1, 1),
    wall_s=0.75,
    most_s=1.5,
)
ONE = Tempo(durations_s=(0.25,), batches=((0,),), waits=(2,), wall_s=0.5, most_s=0.75)

numbered = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda each: f"{each.number}-{each.form}")
tempos = pytest.mark.parametrize("tempo", [THREE, TWO_LEVELS, ONE], ids=["three", "two levels", "one"])


def of_form(form):
    return [each for each in SCHEDULES if each.form == form]


def test_there_are_twelve_and_each_has_its_place_as_its_number():
    assert [each.number for each in SCHEDULES] == list(range(1, 13))


@numbered
@tempos
def test_the_same_number_gives_the_same_delays(schedule, tempo):
    again = Schedule(
        number=schedule.number, form=schedule.form, part=schedule.part, restless=schedule.restless
    )
    assert again.delays_s(tempo) == schedule.delays_s(tempo)
    assert again.pauses(tempo) == schedule.pauses(tempo)
    assert again.rest_s(tempo) == schedule.rest_s(tempo)


@numbered
@tempos
def test_delays_never_add_up_to_more_than_the_cell_as_written_took(schedule, tempo):
    delays_s = schedule.delays_s(tempo)
    assert min(delays_s) >= 0.0
    assert sum(max(delays_s[each] for each in batch) for batch in tempo.batches) <= tempo.most_s + 1e-9


@numbered
@tempos
def test_every_schedule_changes_something(schedule, tempo):
    changed = any(schedule.delays_s(tempo)) or any(schedule.pauses(tempo))
    alone = tempo is ONE and schedule.form not in {"late", "resting"}
    assert changed or schedule.rests or schedule.restless or alone


@tempos
def test_as_it_comes_delays_nothing(tempo):
    assert set(AS_IT_COMES.delays_s(tempo)) == {0.0}
    assert not any(AS_IT_COMES.pauses(tempo))
    assert AS_IT_COMES.expected_s(tempo) == tempo.wall_s


def test_the_first_schedule_runs_whole_operations_in_reverse():
    first, second, third = SCHEDULES[0].delays_s(THREE)
    assert third == 0.0
    assert second > third + THREE.durations_s[2]
    assert first > second + THREE.durations_s[1]


def test_each_batch_is_reversed_by_itself():
    delays_s = SCHEDULES[0].delays_s(TWO_LEVELS)
    assert delays_s[1] == delays_s[3] == 0.0
    assert delays_s[0] > TWO_LEVELS.durations_s[1]
    assert delays_s[2] > TWO_LEVELS.durations_s[3]


@pytest.mark.parametrize("schedule", of_form("crossing"), ids=lambda each: str(each.part))
def test_crossing_starts_begin_in_reverse_while_the_one_before_runs(schedule):
    first, second, third = schedule.delays_s(THREE)
    assert third == 0.0 < second < THREE.durations_s[2]
    assert second < first < second + THREE.durations_s[1]


@pytest.mark.parametrize("schedule", of_form("following"), ids=lambda each: str(each.part))
def test_following_starts_keep_their_order(schedule):
    first, second, third = schedule.delays_s(THREE)
    assert first == 0.0 < second < third


def test_nudged_starts_begin_in_reverse_all_at_once():
    (nudged,) = of_form("nudged")
    first, second, third = nudged.delays_s(THREE)
    assert third == 0.0 < second < first < 0.01


@pytest.mark.parametrize("late", of_form("late"), ids=lambda each: str(each.number))
def test_late_starts_begin_after_the_end_of_the_others(late):
    delays_s = late.delays_s(THREE)
    on_time = [each for each in range(3) if delays_s[each] == 0.0]
    assert 0 < len(on_time) < 3
    assert max(delays_s) > max(THREE.durations_s[each] for each in on_time)


def test_of_the_cell_and_a_single_start_only_one_is_late():
    for schedule in of_form("late") + of_form("resting"):
        moved = max(schedule.delays_s(ONE)) > 0 or any(schedule.pauses(ONE))
        assert moved != (schedule.rest_s(ONE) > 0)


@pytest.mark.parametrize("schedule", of_form("resting"), ids=lambda each: str(each.number))
def test_some_rest_at_one_of_their_waits_until_the_others_have_ended(schedule):
    pauses = schedule.pauses(THREE)
    resting = [each for each in pauses if each is not None]
    assert 0 < len(resting) < 3
    others_s = max(THREE.durations_s[each] for each in range(3) if pauses[each] is None)
    assert all(wait in range(3) and seconds >= others_s + MARGIN_S for wait, seconds in resting)


def test_an_operation_that_never_waits_never_rests():
    tempo = Tempo(durations_s=(0.25, 0.25), batches=((0, 1),), waits=(0, 0), wall_s=0.25, most_s=1.0)
    assert {each for schedule in SCHEDULES for each in schedule.pauses(tempo)} == {None}


def test_two_operations_change_places_in_some_schedule_and_overlap_in_others_both_ways():
    tempo = Tempo(durations_s=(0.25, 0.25), batches=((0, 1),), waits=(1, 1), wall_s=0.25, most_s=1.0)
    apart = [first - second for first, second in (each.delays_s(tempo) for each in SCHEDULES)]
    assert max(apart) > 0.25
    assert any(0.1 < each < 0.25 for each in apart)
    assert any(-0.25 < each < -0.1 for each in apart)
    rested = {each for schedule in SCHEDULES for each in (0, 1) if schedule.pauses(tempo)[each]}
    assert rested == {0, 1}


def test_every_pair_of_five_changes_its_order_in_some_schedule():
    tempo = Tempo(
        durations_s=(0.25,) * 5, batches=(tuple(range(5)),), waits=(1,) * 5, wall_s=0.25, most_s=9.0
    )
    found = [each.delays_s(tempo) for each in SCHEDULES]
    for first, second in itertools.combinations(range(5), 2):
        assert any(each[first] > each[second] + 0.25 for each in found)


@numbered
def test_a_start_that_was_not_seen_before_is_not_delayed(schedule):
    assert len(schedule.delays_s(ONE)) == len(schedule.pauses(ONE)) == 1


def test_the_expected_time_counts_the_delays():
    assert SCHEDULES[0].expected_s(THREE) == pytest.approx(0.5 + max(SCHEDULES[0].delays_s(THREE)))


@numbered
def test_thousands_of_starts_are_delayed_within_what_the_cell_took(schedule):
    delays_s = schedule.delays_s(MANY)
    assert len(delays_s) == len(schedule.pauses(MANY)) == 5000
    assert 0.0 <= min(delays_s) <= max(delays_s) <= 9.0 + 1e-9

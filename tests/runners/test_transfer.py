"""Bytes that go to other processes and back, without any process."""

from concurrent.futures import Future

from perfmagic.runners.transfer import TransferMeter


class HerePool:
    """Runs every call at once, in this process."""

    def submit(self, fn, *args, **kwargs):
        future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except ValueError as error:
            future.set_exception(error)
        return future


def test_arguments_and_results_are_counted():
    pool, meter = HerePool(), TransferMeter()
    with meter.watching(pool):
        assert pool.submit(bytes, 1000).result() == bytes(1000)
        pool.submit(len, b"x" * 5000)
    found = meter.transfer()
    assert 5000 < found.sent_bytes < 6000
    assert 1000 < found.received_bytes < 1500
    assert found.seconds > 0


def test_without_calls_there_is_no_transfer():
    meter = TransferMeter()
    with meter.watching(HerePool()):
        pass
    assert meter.transfer() is None


def test_what_fails_or_cannot_be_pickled_counts_for_nothing_and_does_no_harm():
    pool, meter = HerePool(), TransferMeter()
    with meter.watching(pool):
        pool.submit(int, "x")
        assert next(pool.submit(iter, (each for each in [7])).result()) == 7
    assert meter.transfer().received_bytes == 0


def test_the_pool_is_left_as_it_was():
    pool, meter = HerePool(), TransferMeter()
    with meter.watching(pool):
        pass
    assert "submit" not in vars(pool)


class Original:
    def method(self):
        return 1


def test_nothing_is_unpickled_so_that_classes_stay_the_users_own():
    pool, meter, before = HerePool(), TransferMeter(), Original.method
    with meter.watching(pool):
        pool.submit(Original)
    meter.transfer()
    assert Original.method is before

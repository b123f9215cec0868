"""What was planned and could not be done."""

import threading
from collections.abc import Callable

import pytest
from flask import current_app

from cms.cache.due import RETRY_AFTER, Due
from tests.cache.conftest import Clock, SmallSite


class Plan:
    """Something planned, which can be done while `possible`."""

    def __init__(self) -> None:
        self.possible = True
        self.tries = 0

    def __call__(self) -> None:
        assert current_app
        self.tries += 1
        if not self.possible:
            raise OSError("the disk is full")


@pytest.fixture
def plan() -> Plan:
    return Plan()


@pytest.fixture
def due(build_site: Callable[..., SmallSite], plan: Plan, clock: Clock) -> Due:
    return Due(build_site().app, [plan], clock)


def test_nothing_can_be_planned() -> None:
    assert Due(None, []).do()  # type: ignore[arg-type]  # never asked for


def test_it_is_done_each_time(due: Due, plan: Plan) -> None:
    assert [due.do(), due.do()] == [True, True]
    assert plan.tries == 2


def test_after_a_failure_there_is_a_rest(due: Due, plan: Plan, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    plan.possible = False
    assert [due.do(), due.do()] == [False, False]
    assert plan.tries == 1
    clock.now += RETRY_AFTER
    assert not due.do()
    assert plan.tries == 2
    # Where it comes from is told once.
    assert (caplog.text.count("could not be done"), caplog.text.count("Traceback")) == (2, 1)
    clock.now += RETRY_AFTER
    plan.possible = True
    assert [due.do(), due.do()] == [True, True]


def test_one_request_tries_again_and_the_others_do_not_wait_for_it(due: Due, plan: Plan, clock: Clock) -> None:
    plan.possible = False
    due.do()
    clock.now += RETRY_AFTER
    trying, go = threading.Event(), threading.Event()

    def locked() -> None:
        trying.set()
        assert go.wait(10)

    due._hooks = [locked]
    first = threading.Thread(target=due.do)
    first.start()
    assert trying.wait(10)
    assert not due.do()
    go.set()
    first.join(10)
    due._hooks = [plan]
    plan.possible = True
    assert due.do()

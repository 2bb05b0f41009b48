"""What measures the load (bench/visitors, bench/crowd): visitors without a screen meet what a browser meets."""

import asyncio
import os
import re
from contextlib import nullcontext
from dataclasses import replace

import looped
import pytest
from serving import serve

from bench.crowd.classes import CLASSROOM, FILM, LISTENING
from bench.crowd.crowd import Crowd
from bench.crowd.meter import PROXY, SERVER, WORKERS, Meter
from bench.crowd.people import Person
from bench.crowd.report import document, with_soak
from bench.crowd.result import COLUMNS, figures
from bench.crowd.scenarios import SCENARIOS
from bench.crowd.scenarios.beside import Beside
from bench.crowd.scenarios.uploads import Uploads
from bench.crowd.site import Site, Sites, empty, nginx
from bench.crowd.soak import Sample, soaked, told
from bench.visitors import visit
from cnnviz.cli.serve.proxy import COOKIE


@pytest.fixture
def server(app):
    return app


def met(doing):
    return looped.run(doing)


def test_a_turned_knob_draws_the_fragment_alone_and_the_address_follows(server):
    async def scenario():
        visitor = await visit(server.url, "convolution", "input=photo&input_rows=40")
        whole = visitor.received
        knobs = set(visitor.screen.widgets)
        for stride in (3, 2):
            before = visitor.received
            visitor.set("stride", stride)
            await visitor.run()
        visitor.close()
        return whole, visitor.received - before, knobs, visitor

    whole, change, knobs, visitor = met(scenario())
    assert 0 < change < whole / 2
    assert set(visitor.screen.widgets) == knobs  # those of the page round the fragment stay
    assert visitor.screen.address == "input=photo&input_rows=40&stride=2"
    assert visitor.screen.find("stride").fragment


def test_a_link_followed_in_a_browser_and_a_knob_turned_are_the_same_page(server):
    """Widgets with their values, both ways."""

    async def values(query, **knobs):
        visitor = await visit(server.url, "convolution", query)
        for name, value in knobs.items():
            visitor.set(name, value)
            await visitor.run()
        visitor.close()
        return {name: value for name, value in visitor.screen.values.items() if value[1] is not None}

    assert met(values("padding=1&stride=2")) == met(values("", stride=2, padding=1))


def test_an_upload_is_read_and_shown(server):
    async def scenario():
        person = Person(LISTENING, await visit(server.url, LISTENING.page, LISTENING.query), 5)
        before = person.visitor.received
        await person.upload()
        person.visitor.close()
        return person.visitor.received - before, person.visitor.screen

    received, screen = met(scenario())
    assert screen.warned == []
    assert received > 300_000  # its sound and its maps


def test_a_film_is_made_and_looked_at_until_it_is_there(server):
    async def scenario():
        person = Person(FILM, await visit(server.url, FILM.page, FILM.query), 0)
        await person.make_film(2)
        polls = 0
        while person.visitor.screen.polls:
            await asyncio.sleep(0.1)
            await person.visitor.poll()
            polls += 1
        person.visitor.close()
        return polls, person.visitor.screen

    polls, screen = met(scenario())
    assert polls > 0
    assert screen.has("Download conv2d.gif")


def test_what_goes_wrong_for_one_visitor_is_counted_and_holds_up_nobody(server):
    lost = replace(CLASSROOM, knobs=("no such knob",))

    async def scenario():
        crowd = Crowd(server.url, Meter(server.pid))
        async with crowd.here([CLASSROOM, lost], 0.1, files=False):
            await crowd.turn(crowd.people, 2, (0.1, 0.2))
        return crowd.met

    found = met(scenario())
    assert len(found.errors) == 1
    assert len(found.views) == 2
    assert len(found.changes) > 2


def test_nobody_there_is_an_error_and_no_hang():
    async def scenario():
        crowd = Crowd("http://127.0.0.1:9", Meter(1))
        async with crowd.here([CLASSROOM] * 2, 0.1, files=True):
            await crowd.turn(crowd.people, 0.1, (0.1, 0.2))
        return crowd.met

    found = met(scenario())
    assert (len(found.errors), found.changes) == (2, [])


def test_a_meter_counts_what_a_process_takes(server):
    meter = Meter(server.pid)
    before = meter.processor()

    async def scenario():
        visitor = await visit(server.url, "gating", "")
        visitor.close()

    met(scenario())
    used = meter.processor() - before
    assert used[SERVER] > 0
    assert set(used) <= {SERVER, WORKERS, PROXY}
    assert meter.memory() > 100e6
    assert meter.files() > 10


@pytest.fixture(scope="module")
def sites(app):
    widgets = {"stNumberInput": 3, "stFileUploader": 1}
    with serve("bench/empty_app.py", *(f"{kind}={count}" for kind, count in widgets.items())) as bare:
        there, beside = (Site(one.url, Meter(one.pid), 1) for one in (app, bare))
        yield Sites(lambda processes: nullcontext(there), lambda processes, widgets: nullcontext(beside))


@pytest.mark.parametrize("name", SCENARIOS if "CNNVIZ_DEPLOY" in os.environ else ["mixed"])
def test_a_scenario_in_small(name, sites):
    """Two visitors, seconds: every figure of the table is there."""
    fewer = {Beside: {"rounds": 1}, Uploads: {"others": 2}}
    scenario = SCENARIOS[name]
    scenario = replace(scenario, visitors=2, arrival=0.2, seconds=2, **fewer.get(type(scenario), {}))
    result = looped.apart(scenario.run, sites)
    assert result.errors == []
    for row in result.rows.values():
        missing = [name for name, figure in zip(COLUMNS, figures(row), strict=True) if figure is None]
        assert [name for name in missing if row.views or "view" not in name] == []
    page = document({name: result}, 1, 2)
    assert "{" not in page
    assert all(f"| {row} |" in page for row in result.rows)
    assert len(re.findall(r"\| (?:kept|\*\*missed\*\*) \|", page)) == len(result.limits)


def test_a_soak_in_small(sites):
    async def scenario():
        with sites.app(1) as site:
            return await soaked(site, 3, 2, every=0.5, forgotten=0.1)

    found, after, crowd = met(scenario())
    assert crowd.met.errors == []
    assert crowd.met.changes
    assert len(found) > 3
    assert after.memory > 100e6
    said = told(found, after, crowd)
    assert len(re.findall(r"\| (?:kept|\*\*missed\*\*) \|", said)) == 3
    page = with_soak(document({}, 1, 1), said)
    assert said in page
    assert said in document({}, 1, 2, page)  # what the next whole run leaves


@pytest.mark.parametrize(("grows", "told_so"), [(0, "1.00 | 1.1 | kept"), (5, "1.45 | 1.1 | **missed**")])
def test_a_soak_that_grows_is_no_flat_one(grows, told_so):
    """Held from the second quarter on: caches fill in the first."""
    sizes = [50, *[100] * 4, *(100 + grows * i for i in range(15))]
    found = [Sample(15.0 * i, i, 10**6 * size, 0, 20) for i, size in enumerate(sizes)]
    said = told(found, found[-1], Crowd("", Meter(1)))
    assert f"| servers' bytes in the last quarter, times those of the second | {told_so} |" in said


@pytest.mark.skipif(not nginx(), reason="no nginx")
def test_a_visitor_keeps_to_one_process_behind_nginx():
    async def scenario(url):
        visitor = await visit(url, "", "", files=True)
        first = visitor.browser.cookies[COOKIE]
        await visitor.browser.fetch("/_stcore/health")
        visitor.close()
        return first, visitor.browser.cookies[COOKIE]

    with empty(2, {"stNumberInput": 1}) as site:
        first, then = met(scenario(site.url))
        roles = [role for _, role in site.meter.processes()]
    assert first == then
    assert roles.count(SERVER) == 2
    assert PROXY in roles

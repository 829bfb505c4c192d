"""Names for the work under a feature: first the ones written for it, then sentences about its things and cases."""

import random
from collections.abc import Iterable, Iterator

from trimtab.sample.content import Planned

STORIES = """
Show {thing} where the decision is made
Filter {thing} by site and day
Keep the history of {thing}
{Thing}: a first version behind a switch
Let a planner change {thing} {case}
Let support look up {thing} {case}
Explain {thing} {case} in one sentence
Search {thing} by the customer's own number
Undo a change of {thing}
Export {thing} for the monthly review
{Thing} on the phone, readable with one hand
Notify the owner about {thing} {case}
Compare {thing} with last week
Group {thing} by customer
Sort {thing} by what is most urgent
Copy {thing} from one site to another
Say who changed {thing}, and why
Default for {thing} {case}
Ask before deleting {thing}
Bulk change of {thing}
Subscribe to {thing} by mail
Translate {thing} into German and French
Empty page for {thing} that says what to do first
Keyboard path through {thing}
""".strip().splitlines()

TASKS = """
Store {thing} with time zone and source
Index {thing} for the queries we really run
Move {thing} off the old table
Write contract tests for {thing}
Load test {thing} {case}
Publish {thing} as events
Limit {thing} to what the role may see
Delete {thing} after the agreed time
Alarm when {thing} stop coming in
Dashboard for {thing}: volume, age, errors
Retry {thing} {case}
Run both versions of {thing} side by side for two weeks
Switch {thing} over, customer by customer
Remove the switch for {thing}
Document {thing} for partners
Sample data for {thing}
Validate {thing} at the edge
Make {thing} safe to send twice
Access log for {thing}
Cut the response time of {thing} by half
Handbook page on {thing} for support
Clean up {thing} left from the pilot
""".strip().splitlines()

BUGS = """
{Thing} are missing {case}
{Thing} appear twice {case}
Wrong time on {thing} {case}
{Thing} cannot be saved {case}
Page with {thing} is blank {case}
{Thing} show yesterday's values {case}
Error 500 on {thing} {case}
{Thing} ignore the customer's setting {case}
Totals leave out {thing} {case}
{Thing} sorted wrongly {case}
Slow list of {thing} {case}
Mail about {thing} goes to the wrong person {case}
{Thing} lose their comment {case}
Rounding of {thing} is off {case}
Pop-up covers {thing} on small screens
Umlauts broken in {thing}
{Thing} stay “in progress” {case}
""".strip().splitlines()

SPIKES = """
What would {thing} cost {case}?
How do others handle {thing} {case}?
Try {thing} {case} with real data of one week
How many customers meet {thing} {case}?
Can {thing} be had without a new supplier?
Measure {thing} {case} before we build
""".strip().splitlines()

_MIX = (("story", STORIES, 9), ("task", TASKS, 7), ("bug", BUGS, 6), ("spike", SPIKES, 1))


def work_titles(feature: Planned, draw: random.Random) -> list[tuple[str, str]]:
    """``feature.items`` different (work type, title), in the order in which they came up."""
    written = [(_kind_of(title), title) for title in feature.titles]
    sentences = _sentences(feature, draw)
    titles = written + [next(sentences) for _ in range(feature.items - len(written))]
    early = titles[: len(written) // 2]
    rest = titles[len(written) // 2 :]
    draw.shuffle(rest)
    return early + rest


def _kind_of(title: str) -> str:
    return "spike" if title.endswith("?") or title.startswith(("Interview", "Legal", "Sketch")) else "story"


def _sentences(feature: Planned, draw: random.Random) -> Iterator[tuple[str, str]]:
    """Sentences for the feature; each pattern comes up once before any comes up again."""
    used: set[str] = set()
    queues = {kind: _forever(patterns, draw) for kind, patterns, _ in _MIX}
    things, cases = _forever(feature.things, draw), _forever(feature.cases, draw)
    kinds = [kind for kind, _, weight in _MIX for _ in range(weight)]
    while True:
        kind = draw.choice(kinds)
        thing = next(things)
        title = next(queues[kind]).format(thing=thing, Thing=thing[0].upper() + thing[1:], case=next(cases))
        if title not in used:
            used.add(title)
            yield kind, title


def _forever(choices: Iterable[str], draw: random.Random) -> Iterator[str]:
    while True:
        yield from draw.sample(list(choices), len(list(choices)))

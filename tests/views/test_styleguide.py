"""/styleguide/ : every component, from the files that the pages use; with DEBUG only"""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from inbox.models import Membership
from tests.conftest import SignIn
from tests.support.markup import words
from tests.support.pages import text
from tests.support.upstream import Upstream

GUIDE = "/styleguide/"
TEMPLATES = Path(__file__).parents[2] / "templates"
# What has no look of its own: hidden fields, and answers to htmx that put components together.
UNSEEN = {
    "case_file/_answer.html",
    "ambassadors/_title.html",
    "attention/_handed.html",
    "attention/_title.html",
    "chatroom/_answer.html",
    "chatroom/_changed.html",
    "chatroom/_fields.html",
    "chatroom/_hidden.html",
    "chatroom/_listed.html",
    "chatroom/_marked.html",
    "chatroom/_found.html",
    "chatroom/_more.html",
    "chatroom/_newer.html",
    "chatroom/_revealed.html",
    "chatroom/_taken.html",
    "chatroom/_undone.html",
    "components/_fresh_answer.html",
    "components/_fresh_line.html",
    "components/_pin_answer.html",
    "components/_toast_answer.html",
    "inbox/_answer.html",
    "inbox/_found.html",
    "inbox/_matches.html",
    "inbox/_title.html",
    "components/_files.html",
}
# What one page alone is made of.
OF_ONE_PAGE = {
    "activity/_filters.html",
    "activity/_pager.html",
    "ambassadors/_filters.html",
    "ambassadors/_none.html",
    "ambassadors/_search.html",
    "attention/_held.html",
    "attention/_list.html",
    "attention/_none.html",
    "attention/_pager.html",
    "brand_settings/_ranking.html",
    "brand_settings/_tried.html",
    "brand_settings/_usual.html",
    "index/_again.html",
    "index/_missing.html",
    "index/_read.html",
    "index/_refused.html",
    "index/_worker.html",
    "members/_invite.html",
    "search/_none.html",
    "search/_said.html",
    "search/_where.html",
    "mfa/_key.html",
    "styleguide/_fresh.html",
    "styleguide/_looks.html",
    "styleguide/_pages.html",
    "styleguide/_queue.html",
    "styleguide/_read.html",
    "styleguide/_told.html",
}
# What only a component makes, and where the guide must have it.
COMPONENTS = {
    "account/_at_issuer.html": 'href="/accounts/sso/"',
    "account/_by_passkey.html": 'data-from="/accounts/2fa/passkeys/login/"',
    "account/_ways.html": "Use your password",
    "activity/_line.html": '<tr class="activity-line">',
    "ambassadors/_ambassador.html": '<tr class="person" data-item=',
    "ambassadors/_answer.html": '<td data-of="answer"',
    "ambassadors/_columns.html": '<th scope="col" data-of="name">',
    "ambassadors/_figures.html": '<span class="hidden">waits</span>',
    "ambassadors/_rating.html": '<svg class="spark falling"',
    "ambassadors/_tabs.html": "Away, and someone waits",
    "ambassadors/_unread.html": "not read to the end yet",
    "attention/_customer.html": '<li id="customer-1" class="row queued"',
    "attention/_digest.html": '<div class="digest">',
    "attention/_acts.html": '<form id="no-answer-904" class="row-act"',
    "attention/_fields.html": '<input type="number" name="waits"',
    "attention/_filters.html": '<details class="more">',
    "attention/_queued.html": '<li id="chatroom-900" class="row queued"',
    "attention/_row.html": '<li id="chatroom-901" class="row queued"',
    "attention/_stretch.html": "a customer at risk, or left alone",
    "attention/_tabs.html": 'aria-label="Reasons"',
    "attention/_unread.html": "Customers nobody has taken can't be read since",
    "attention/_untaken.html": '<section aria-labelledby="band-untaken">',
    "case_file/_facts.html": "<h2>Automatic summary</h2>",
    "case_file/_known.html": '<dl class="case-facts">',
    "case_file/_part.html": 'id="day-1"',
    "case_file/_people.html": '<ul class="case-people">',
    "case_file/_progress.html": '<section id="case"',
    "case_file/_shown.html": "Incomplete: ",
    "case_file/_team.html": '<ul class="case-ours">',
    "chatroom/_act.html": 'id="conversation-act"',
    "chatroom/_alert.html": 'id="alert-conversation"',
    "chatroom/_changes.html": 'id="conversation-changes"',
    "chatroom/_conversation.html": '<header class="conversation-head"',
    "chatroom/_details.html": '<details class="details">',
    "chatroom/_draft.html": "data-draft=",
    "chatroom/_facts.html": '<div class="facts">',
    "chatroom/_flagged.html": 'class="muted changes-flag"',
    "chatroom/_known.html": "Both sides wrote",
    "chatroom/_message.html": 'class="message own"',
    "chatroom/_missing.html": "Popsell does not give more of this conversation",
    "chatroom/_note.html": 'class="notes-one"',
    "chatroom/_notes.html": "7 older notes",
    "chatroom/_opens.html": '<li class="opens unread"',
    "chatroom/_people.html": '<ul class="facts-people">',
    "chatroom/_no_answer.html": 'id="no-answer-conversation"',
    "chatroom/_summary.html": '<div id="summary-1">',
    "chatroom/_judge.html": "right 18 of 22 times",
    "chatroom/_summary_ends.html": '<li class="summary-ends"',
    "chatroom/_review_undo.html": 'id="undo-conversation"',
    "chatroom/_news.html": "data-opens-again",
    "chatroom/_below.html": '<li id="newer"',
    "chatroom/_days.html": '<li class="day"',
    "chatroom/_hold.html": 'id="hand-over"',
    "chatroom/_jumps.html": 'class="jumps" popover',
    "chatroom/_matches.html": "<mark>",
    "chatroom/_older.html": '<li id="older"',
    "chatroom/_sought.html": "Message 7 is not in this conversation.",
    "chatroom/_transcript.html": 'aria-label="Messages"',
    "chatroom/_walk.html": "7 of 80 pages",
    "chatroom/_why.html": "Why it is here",
    "chatroom/_words.html": '<input id="words"',
    "chatroom/_review.html": 'id="conversation-review"',
    "chatroom/_review_alert.html": 'id="alert-review"',
    "chatroom/_review_fields.html": "data-stored=",
    "chatroom/_private.html": 'class="private"',
    "chatroom/_told.html": "this page will show it when it can",
    "codes/_line.html": '<div class="code" role="group"',
    "codes/_meaning.html": '<p class="code-attention">',
    "codes/_words.html": '<p class="code-words">',
    "codes/_section.html": '<section aria-labelledby="kind-',
    "components/_avatar.html": '<span class="avatar large',
    "components/_conversation.html": 'aria-label="Sample conversations"',
    "components/_chosen.html": '<ul class="chosen"',
    "components/_code.html": "Anomaly",
    "components/_field.html": '<div class="field">',
    "components/_form.html": '<form class="form"',
    "components/_kept.html": 'class="alert kept"',
    "components/_fresh.html": '<p class="fresh whole">',
    "components/_fresh_bar.html": '<div class="fresh-bar failing" role="status">',
    "components/_fresh_read.html": "409 of 412 ambassadors read, the oldest reading",
    "components/_hand.html": "Nadia Benali</bdi> has it",
    "components/_hold.html": "Take over from <bdi>Nadia Benali",
    "components/_keys.html": 'id="keys"',
    "components/_languages.html": 'name="language"',
    "components/_live.html": 'id="refresh"',
    "components/_news.html": "3 new · 2 changed",
    "components/_outages.html": '<template id="no-answer">',
    "components/_pager.html": '<footer class="pager">',
    "components/_pin.html": '<li id="pin-100"',
    "components/_pin_button.html": 'id="pin-button"',
    "components/_pins.html": '<nav id="pins"',
    "components/_presence.html": 'class="presence online"',
    "components/_ranking.html": "4,000 of 21,000 conversations sorted by the new rules",
    "components/_refresh.html": 'data-none="Nothing new."',
    "components/_rail_nav.html": '<nav class="rail-nav"',
    "components/_rail.html": '<header class="rail">',
    "components/_seek.html": 'id="seek"',
    "components/_stars.html": "5 of 5",
    "components/_themes.html": 'name="theme"',
    "components/_views.html": '<nav class="views"',
    "components/_told.html": '<template id="news-offline">',
    "components/_toast.html": '<p id="toast-words">',
    "components/_undo.html": 'id="undo-last"',
    "codes/_said.html": '<span class="code-said">',
    "codes/_seen.html": '<details class="code-seen"',
    "failure/_alert.html": 'form="sample"',
    "failure/_take_over.html": 'value="take over 2"',
    "failure/_words.html": '<textarea id="typed"',
    "mfa/_passkey.html": 'data-passkey="get"',
    "members/_again.html": 'id="again"',
    "members/_left.html": "Reactivate",
    "members/_member.html": 'id="role-1"',
    "members/_waiting.html": "Send again",
    "inbox/_ask.html": '<dialog id="several-ask"',
    "inbox/_choose.html": "Choose a conversation to read it here.",
    "inbox/_filters.html": '<nav class="tabs"',
    "inbox/_head.html": '<h1 id="title">',
    "inbox/_list.html": '<section id="list"',
    "inbox/_mark.html": '<form id="mark-1"',
    "inbox/_none.html": "No conversation matches",
    "inbox/_row.html": '<li id="chatroom-1" class="row"',
    "inbox/_rows.html": '<li id="chatroom-2" class="row"',
    "inbox/_said.html": '<p class="row-said">',
    "components/_turn.html": 'rel="next"',
    "inbox/_matched.html": '<div class="matched',
    "inbox/_matched_pager.html": "12 found",
    "inbox/_unmatched.html": "The index does not know who commented, nor",
    "inbox/_several.html": '<form id="several"',
    "inbox/_side.html": "via guest account",
    "inbox/_signals.html": '<p class="row-signals">',
    "inbox/_team.html": "Reviewed by",
    "inbox/_told.html": "this row will show it when it can",
    "inbox/_unread.html": '<dd id="unread">',
    "inbox/_unreadable.html": "This conversation could not be read",
    "inbox/_who.html": '<a id="open-1"',
}
STATES = (
    *("Popsell answers again", "The list changed", "Popsell did not answer in time"),
    *(
        "Archived for Léa: Sofia Duarte.",
        "This conversation could not be read",
        "via guest account",
    ),
    *("Nobody here matches Léa", "Anonymized account", "Account blocked", "No message yet"),
    *("One to many", "Blocked", "Archived", "Mark all", "6+", "Reviewed by"),
    *("The last manager", "expired", "(you)", "never"),
)


@pytest.fixture
def guide(settings: Settings, db: None, api: Upstream) -> str:
    settings.DEBUG = True
    response = Client().get(GUIDE)
    assert response.status_code == 200
    assert api.sent == []
    return text(response)


def test_every_component_is_rendered(guide: str) -> None:
    assert [name for name, sign in COMPONENTS.items() if sign not in guide] == []


def test_every_state_is_rendered(guide: str) -> None:
    said = words(guide)
    assert [state for state in STATES if state not in said] == []


def test_no_component_is_forgotten() -> None:
    found = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("_*.html")}
    assert found - UNSEEN - OF_ONE_PAGE == set(COMPONENTS)


def test_there_is_no_guide_without_debug(
    sign_in: SignIn, manager: Membership, settings: Settings
) -> None:
    assert settings.DEBUG is False
    assert Client().get(GUIDE).status_code == 404
    assert sign_in(manager.user).get(GUIDE).status_code == 404

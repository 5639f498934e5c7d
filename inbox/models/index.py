"""The index: a dated copy of what Popsell tells of a brand's conversations, which stays the truth."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from inbox.models.people import Brand

NAME = 200  # characters
EXCERPT = 140  # characters
WORD = 40
"""Characters of a word that a manager writes beside a code."""
OLDER = 100
"""Added to the rank of a reason that is older than the brand's horizon."""

RANKED = Q(rank__isnull=False)
SUMMARIZED = Q(summarized__isnull=False)
DATED = Q(last_message_date__isnull=False)
UNPROVEN = Q(proof_due__isnull=False)
QUEUE = ["brand", "rank", "since", "id"]
"""The queue's order, of the most pressing conversation first."""


class SyncFailure(models.TextChoices):
    """Why a brand can't be read."""

    NO_TOKEN = "no token", "No token"
    REFUSED = "refused", "The token is refused"
    OUTAGE = "outage", "Popsell does not answer"


class IndexedBrand(models.Model):
    """How far the index of a brand has come. All writers to the index lock this row first.

    `directory_page`: the next page of the brand's ambassadors in the reading under way, None between
    two, and how many `directory_pages` it read. `directory_began`: when it began, `directory_total`:
    how many there are, as last counted. `directory_read`: when the last whole one began.

    `bell`: whether the manager's list tells who of this brand has news; None where that is not known.
    `per_page`: whether an ambassador's list heeds it. `archive_apart`: whether it leaves out what they
    archived; None where nothing archived was found. `tried_out`: when these were tried.
    `bell_from`: since when no news can have passed it by; `bell_at`: when it was last read, and
    `bell_newest` the newest date that it told. `bell_doubted`: when it named strangers.

    `failing_since`: since when the brand can't be read, `failure` why, and `failed_with` Popsell's
    status. `tries`: how many in a row failed. `retry_at`: not before then.

    `calls`: how many calls to Popsell were made since `hour`, and `calls_before` in the hour before.

    `again_since`: when a manager last asked for everything to be read again.

    `waiting_read`: when the waiting list was last read. `waiting_failed_since`: since when it can't be,
    and `waiting_failed_with` Popsell's status. `waiting_retry_at`: not before then.
    """

    brand = models.OneToOneField(
        Brand, on_delete=models.CASCADE, primary_key=True, related_name="index"
    )
    directory_page = models.PositiveIntegerField(null=True)
    directory_pages = models.PositiveIntegerField(default=0)
    directory_began = models.DateTimeField(null=True)
    directory_total = models.BigIntegerField(null=True)
    directory_read = models.DateTimeField(null=True)
    bell = models.BooleanField(null=True)
    per_page = models.BooleanField(default=False)
    archive_apart = models.BooleanField(null=True)
    tried_out = models.DateTimeField(null=True)
    bell_from = models.DateTimeField(null=True)
    bell_at = models.DateTimeField(null=True)
    bell_newest = models.DateTimeField(null=True)
    bell_doubted = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failure = models.CharField(max_length=8, choices=SyncFailure, blank=True)
    failed_with = models.PositiveSmallIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    hour = models.DateTimeField(null=True)
    calls = models.PositiveIntegerField(default=0)
    calls_before = models.PositiveIntegerField(default=0)
    again_since = models.DateTimeField(null=True)
    waiting_read = models.DateTimeField(null=True)
    waiting_failed_since = models.DateTimeField(null=True)
    waiting_failed_with = models.PositiveSmallIntegerField(null=True)
    waiting_retry_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"index of {self.brand_id}"


class IndexedAmbassador(models.Model):
    """An ambassador of the brand's directory, and how far the walk through their chatrooms has come.

    `seen`: their newest `last_action_date`. `listed`: when the directory last named them.
    `read_at`: when their newest page was last read, which is all that changes without a walk.

    `page`: the next page of the walk under way, None between two, 0 where its end alone is left.
    `walk_began`: when it began, and `walk_newest` the first date of its first page. `total`: how many
    chatrooms there are, as Popsell last counted them; `unreadable`: how many of them are no chatrooms.
    `pages`: how many pages it read, and whether the list `shrank` meanwhile. `walks`: how many ended
    without finding all.
    `archive_page`, `archive_total`: the same of archived chatrooms, where they are listed apart.
    `walked`: when the last whole walk began, and `missing` how many it did not find.

    `newest`: the newest date of their newest page. `rung_at`: when the manager's list told of news,
    None once that page was read. `changed_at`: when a change was last met, and `look_at` when the page
    is read again for it. `pace`, `slow_pace`: news an hour, as of `read_at`.

    `failed_since`: since when Popsell refuses them, and `failed_with` its status. `retry_at`: not
    before then. `recovered_at`: when they could be read again after that.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    ambassador = models.BigIntegerField()
    name = models.CharField(max_length=NAME, blank=True)
    search = models.TextField(blank=True)
    status = models.CharField(max_length=66, blank=True)
    anonymized = models.BooleanField(default=False)
    seen = models.DateTimeField(null=True)
    listed = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    page = models.PositiveIntegerField(null=True)
    walk_began = models.DateTimeField(null=True)
    walk_newest = models.DateTimeField(null=True)
    total = models.BigIntegerField(null=True)
    unreadable = models.PositiveIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    walked = models.DateTimeField(null=True)
    pages = models.PositiveIntegerField(default=0)
    shrank = models.BooleanField(default=False)
    walks = models.PositiveSmallIntegerField(default=0)
    archive_page = models.PositiveIntegerField(null=True)
    archive_total = models.BigIntegerField(null=True)
    newest = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    pace = models.FloatField(default=0)
    slow_pace = models.FloatField(default=0)
    failed_since = models.DateTimeField(null=True)
    failed_with = models.PositiveSmallIntegerField(null=True)
    retry_at = models.DateTimeField(null=True)
    recovered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "ambassador"], name="one_indexed_ambassador")
        ]

    def __str__(self) -> str:
        return f"ambassador {self.ambassador} of {self.brand_id}"


class AnonymizedPerson(models.Model):
    """A person that Popsell once called anonymized: the index keeps nothing else of them."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "person"], name="one_anonymized_person")
        ]

    def __str__(self) -> str:
        return f"person {self.person} of {self.brand_id}"


class IndexedChatroom(models.Model):
    """A chatroom in an ambassador's inbox: facts as Popsell sent them, and what follows from them.

    None is unknown. A code stands as its digits or as the word that came, empty where none came.

    `participant`: the ambassador's own side. `others`: how many there are beside it. `other`, `name`
    and `status` are the counterpart's, where there is just one. `online`: whether any of the others was
    so at `facts_at`. `counts`: true in one row of a chatroom that stands in several inboxes.
    `anonymized`: whether anybody in it is.

    `established`: whether both sides wrote. `waiting_since`: the first message that nobody answered, as
    far as known; `waits_longer`: whether there may be an earlier one. `waiting_message`: the newest by
    which somebody waits. `answered`: whether a word of the ambassador's side is known. `thanks`:
    whether the last words are but a short thank-you.

    `rating_seen` and `summarized`: the dates of rating and summary, or when they were first met.
    `rating_mark` changes with the rating. `reviewed_message`: the newest review's, and `reviewed` when.
    `news_since`: the first known message after it, and `news` how many are known, as a
    `chatrooms.since_review.Count`. `flag`: as last set here. `settled_message`: up to where the team
    says that no answer is needed, and `settled` when it said so. `judged_wrong`: the mark of the
    summary whose anomaly is judged wrong, empty for none.

    `excerpt`, `comment`, `summary`: beginnings of the last message, of the rating's comment and of the
    summary. `waiting_text`: that of `waiting_message`, where others that are no answer came after it;
    empty where it is not known. `proof`: the part of `proof_message` around `proof_word`, which the
    brand wrote beside the anomaly; `proof_own`: whether the ambassador's side wrote it. `search`: words
    to find the row by, folded. All of these texts are empty where they may not be kept.

    `total`: how many messages there are, and `covered` how many the summary of `covered_at` tells of.
    `proof_at`: when these were asked for. `proof_mark`: of the summary, the last message and the words
    that all this is about, empty where there are newer ones. `proof_due`: when to ask, None for never.

    `facts_at` and `message_at`: when Popsell was asked for what stands here of the chatroom, and of its
    last message. What was asked earlier never overwrites it. `archived_at`, `blocked_at` and
    `pointed_at`: when Popsell answered our own last change of these.

    `rank`, `since`: the most pressing reason to look, and since when; see `chatrooms.signals`. From
    `OLDER` on, all reasons are older than the brand's horizon. `changes_at`: when this changes by
    itself.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    chatroom = models.BigIntegerField()
    ambassador = models.BigIntegerField()
    participant = models.BigIntegerField(null=True)
    others = models.PositiveIntegerField(default=0)
    other = models.BigIntegerField(null=True)
    counts = models.BooleanField(default=True)

    name = models.CharField(max_length=NAME, blank=True)
    status = models.CharField(max_length=66, blank=True)
    online = models.BooleanField(null=True)
    anonymized = models.BooleanField(default=False)
    search = models.TextField(blank=True)
    excerpt = models.CharField(max_length=EXCERPT, blank=True)
    comment = models.CharField(max_length=EXCERPT, blank=True)
    summary = models.CharField(max_length=EXCERPT, blank=True)
    waiting_text = models.CharField(max_length=EXCERPT, blank=True, default="", db_default="")

    type_chatroom = models.CharField(max_length=66, blank=True)
    type_discussion = models.CharField(max_length=66, blank=True)
    source = models.CharField(max_length=66, blank=True)
    date_insert = models.DateTimeField(null=True)
    last_message_date = models.DateTimeField(null=True)
    established = models.BooleanField(null=True)
    archived = models.BooleanField(null=True)
    is_blocked = models.BooleanField(null=True)
    last_read_message = models.BigIntegerField(null=True)

    last_message = models.BigIntegerField(null=True)
    type_message = models.CharField(max_length=66, blank=True)
    status_moderation = models.CharField(max_length=66, blank=True)
    is_own = models.BooleanField(null=True)
    unread = models.BooleanField(null=True)
    answered = models.BooleanField(null=True)
    thanks = models.BooleanField(default=False)
    waiting_since = models.DateTimeField(null=True)
    waits_longer = models.BooleanField(default=False)
    waiting_message = models.BigIntegerField(null=True)

    rating = models.BigIntegerField(null=True)
    rating_mark = models.CharField(max_length=8, blank=True)
    rating_seen = models.DateTimeField(null=True)
    anomaly = models.CharField(max_length=66, blank=True)
    topic = models.CharField(max_length=66, blank=True)
    summary_mark = models.CharField(max_length=8, blank=True)
    summarized = models.DateTimeField(null=True)

    reviewed_message = models.BigIntegerField(null=True)
    reviewed = models.DateTimeField(null=True)
    news_since = models.DateTimeField(null=True)
    news = models.JSONField(null=True)
    settled_message = models.BigIntegerField(null=True)
    settled = models.DateTimeField(null=True)
    # While a release goes out, earlier code still writes rows: the database fills in what it lacks.
    judged_wrong = models.CharField(max_length=8, blank=True, default="", db_default="")
    flag = models.SmallIntegerField(null=True)
    flagged = models.DateTimeField(null=True)

    proof_message = models.BigIntegerField(null=True)
    proof = models.CharField(max_length=EXCERPT, blank=True, default="", db_default="")
    proof_word = models.CharField(max_length=WORD, blank=True, default="", db_default="")
    proof_own = models.BooleanField(null=True)
    total = models.BigIntegerField(null=True)
    covered = models.BigIntegerField(null=True)
    covered_at = models.DateTimeField(null=True)
    proof_mark = models.CharField(max_length=8, blank=True, default="", db_default="")
    proof_at = models.DateTimeField(null=True)
    proof_due = models.DateTimeField(null=True)

    facts_at = models.DateTimeField()
    message_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    blocked_at = models.DateTimeField(null=True)
    pointed_at = models.DateTimeField(null=True)

    rank = models.SmallIntegerField(null=True)
    since = models.DateTimeField(null=True)
    is_waiting = models.BooleanField(default=False)
    is_anomalous = models.BooleanField(default=False)
    is_moderated = models.BooleanField(default=False)
    is_low = models.BooleanField(default=False)
    is_to_do = models.BooleanField(default=False)
    is_topical = models.BooleanField(default=False)
    is_news = models.BooleanField(default=False)
    changes_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "chatroom", "ambassador"], name="one_indexed_chatroom"
            )
        ]
        indexes: ClassVar = [
            # SQLite uses a partial index only where the query implies its condition literally.
            models.Index(fields=QUEUE, name="index_rank", condition=RANKED),
            models.Index(fields=["brand", "changes_at"], name="index_changes"),
            models.Index(
                fields=["brand", "ambassador", "-last_message_date", "id"], name="index_ambassador"
            ),
            models.Index(fields=["brand", "other"], name="index_other"),
            models.Index(fields=["brand", "participant"], name="index_participant"),
            # The queue's tabs: a conversation counts once, since only one of its rows has reasons.
            models.Index(fields=QUEUE, name="index_waiting", condition=Q(is_waiting=True)),
            models.Index(fields=QUEUE, name="index_anomalous", condition=Q(is_anomalous=True)),
            models.Index(fields=QUEUE, name="index_moderated", condition=Q(is_moderated=True)),
            models.Index(fields=QUEUE, name="index_low", condition=Q(is_low=True)),
            models.Index(fields=QUEUE, name="index_news", condition=Q(is_news=True)),
            # Whose evidence is to be asked for, the most pressing first.
            models.Index(fields=QUEUE, name="index_unproven", condition=UNPROVEN),
            # What each ambassador has to do.
            models.Index(
                fields=["brand", "ambassador", "waiting_since"],
                name="index_ambassador_waiting",
                condition=Q(is_waiting=True),
            ),
            models.Index(
                fields=["brand", "ambassador"],
                name="index_ambassador_anomalous",
                condition=Q(is_anomalous=True),
            ),
            models.Index(
                fields=["brand", "ambassador"],
                name="index_ambassador_unread",
                condition=Q(unread=True),
            ),
            # What nobody read in an inbox, the latest first.
            models.Index(
                fields=["brand", "-last_message_date", "-id"],
                name="index_unread",
                condition=Q(unread=True),
            ),
            # What has a code, the newest first.
            models.Index(
                fields=["brand", "anomaly", "-summarized", "-id"],
                name="index_anomaly",
                condition=SUMMARIZED,
            ),
            models.Index(
                fields=["brand", "topic", "-summarized", "-id"],
                name="index_topic",
                condition=SUMMARIZED,
            ),
            models.Index(
                fields=["brand", "status_moderation", "-last_message_date", "-id"],
                name="index_moderation",
                condition=DATED,
            ),
        ]

    def __str__(self) -> str:
        return f"chatroom {self.chatroom} of {self.ambassador}"


class WaitingCustomer(models.Model):
    """No ambassador has taken this customer: the entry of the waiting list has no date of its end.

    `user`: who waits. `ambassador`: the one who was asked for, `chatroom`: where it has one, `topic`:
    the number, empty where none came. `excerpt`: the beginning of their words, empty where it may not
    be kept.

    `since`: Popsell's earliest known date of a change where `is_dated`, else when the entry was first
    met. Popsell tells no date of the beginning: they wait at least since then.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.BigIntegerField()
    ambassador = models.BigIntegerField(null=True)
    chatroom = models.BigIntegerField(null=True)
    topic = models.CharField(max_length=66, blank=True)
    excerpt = models.CharField(max_length=EXCERPT, blank=True)
    since = models.DateTimeField()
    is_dated = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["brand", "since", "id"], name="waiting_since")]

    def __str__(self) -> str:
        return f"user {self.user} of {self.brand_id}"


class FactKind(models.TextChoices):
    """What is counted. `value` and `code` of each stand behind it."""

    MESSAGE = "message", "Message"  # of the counterpart
    ANSWER = "answer", "Answer"  # value: seconds since the first message that it answers
    RATING = "rating", "Rating"  # value: stars
    ANOMALY = "anomaly", "Anomaly"  # code: the anomaly's
    TOPIC = "topic", "Topic"  # code: the topic's


class Fact(models.Model):
    """Something that happened in a conversation, once: no text, and nobody but the ambassador.

    `item` tells it from others of its kind there: a message's id, or a checksum. `day` is one of the
    brand's zone. `value` is None where it is not known.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=FactKind)
    chatroom = models.BigIntegerField()
    item = models.CharField(max_length=20)
    ambassador = models.BigIntegerField()
    day = models.DateField()
    code = models.CharField(max_length=66, blank=True)
    value = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "chatroom", "kind", "item"], name="one_fact")
        ]
        indexes: ClassVar = [
            models.Index(fields=["brand", "day"], name="fact_day"),
            models.Index(fields=["brand", "kind", "ambassador", "day"], name="fact_ambassador"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.item} in chatroom {self.chatroom}"


class DailyFigure(models.Model):
    """The sums of a day's facts, of an ambassador or of the whole brand.

    `ambassador`: 0 for the brand. `count`: how many; `known`: how many of them have a value, and
    `total` the sum of these.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    ambassador = models.BigIntegerField()
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=FactKind)
    code = models.CharField(max_length=66, blank=True)
    count = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    total = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "ambassador", "day", "kind", "code"], name="one_figure_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.kind} on {self.day}"

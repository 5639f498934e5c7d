"""What we own, and nothing that Popsell knows. One app label; the files follow the subjects."""

from inbox.models.activity import ON_POPSELL, Act, Activity, Lease, Outcome, Seal, SealKind
from inbox.models.chatrooms import (
    ChatroomFlag,
    CodeKind,
    CodeName,
    Judgement,
    NoAnswerNeeded,
    Note,
    NoteDraft,
    Review,
    Tone,
)
from inbox.models.holds import Hold, Reader
from inbox.models.index import (
    AnonymizedPerson,
    DailyFigure,
    Fact,
    FactKind,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    SyncFailure,
    WaitingCustomer,
)
from inbox.models.invitations import Invitation, digest_of
from inbox.models.people import Brand, Membership, Role, Theme, User, UserManager, check_time_zone
from inbox.models.rules import BrandRules
from inbox.models.saved_views import Given, SavedView
from inbox.models.sync import CallBudget, WorkerBeat

__all__ = [
    "ON_POPSELL",
    "Act",
    "Activity",
    "AnonymizedPerson",
    "Brand",
    "BrandRules",
    "CallBudget",
    "ChatroomFlag",
    "CodeKind",
    "CodeName",
    "DailyFigure",
    "Fact",
    "FactKind",
    "Given",
    "Hold",
    "IndexedAmbassador",
    "IndexedBrand",
    "IndexedChatroom",
    "Invitation",
    "Judgement",
    "Lease",
    "Membership",
    "NoAnswerNeeded",
    "Note",
    "NoteDraft",
    "Outcome",
    "Reader",
    "Review",
    "Role",
    "SavedView",
    "Seal",
    "SealKind",
    "SyncFailure",
    "Theme",
    "Tone",
    "User",
    "UserManager",
    "WaitingCustomer",
    "WorkerBeat",
    "check_time_zone",
    "digest_of",
]

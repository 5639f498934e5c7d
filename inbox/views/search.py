"""/brands/<brand>/search/?words=…&page=… : ambassadors and conversations of a brand, by words.

Of the index alone: Popsell is not asked. The words stay out of the log, which holds paths alone.
"""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from inbox import access
from inbox.components import freshness, rail, searching
from inbox.display import seeking
from inbox.queue.search import LONGEST, MOST, PAGE
from inbox.text import numbers
from inbox.web.rendering import render


@require_safe
def search(request: HttpRequest, brand_id: int) -> HttpResponse:
    """The form alone where no word is given. A page beyond the last leads to the first."""
    member = access.member_of(request, brand_id)
    words = seeking.typed(request.GET.get("words", ""), LONGEST)
    page = numbers.page_number(request.GET.get("page"))
    fresh = freshness.find(member)
    is_near = (page - 1) * PAGE < MOST
    results = searching.find(member, words, page, fresh) if words and is_near else None
    if page > 1 and not (results and results.conversations):
        return HttpResponseRedirect(f"{request.path}?{urlencode({'words': words})}")
    context = {
        "member": member,
        "rail": rail.beside(request, member),
        "fresh": fresh,
        "words": words,
        "most": LONGEST,
        "results": results,
        "texts": settings.INDEX_TEXTS,
    }
    return render(request, "search/page.html", context)

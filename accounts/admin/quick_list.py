"""Lists that stay quick however many rows there are: counted up to a bound, and searched by index."""

import operator
import re
from functools import cached_property, reduce
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import EmailField, Q, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.models import Organization

MOST_COUNTED = 10_000
"""Pages end here: who looks further back narrows the list, or searches."""
_MOST_NAMED = 500
_NAMES = ("organization__name", "organization__email")
# How the ids of the payment provider begin; no name of a person or plan does.
_OBJECT_ID = re.compile(
    r"(acct|cbtxn|ch|card|cn|cs|cus|di|dp|du|evt|in|inpay|issfr|pi|pm|price|prod|py|pyr|re|seti|src|sub|sub_sched)_\w+",
    re.ASCII,
)


class BoundedPaginator(Paginator):
    """Counts no more than it must: the whole of a large table is read by every plain count."""

    @cached_property
    def count(self) -> int:
        """The rows, or the bound where there are more of them."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return int(rows.order_by()[:MOST_COUNTED].count())


class QuickList(ModelAdmin):
    """The beginning of every list here. A search field that begins with `=` holds ids and is compared as it is."""

    paginator: Any = BoundedPaginator
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By id where an id is typed; else an organization's name or e-mail is looked for among organizations first.

        An OR over two tables reads both of them whole, whatever indexes they have.
        """
        fields = self.get_search_fields(request)
        ids = [field[1:] for field in fields if field.startswith("=")]
        term = search_term.strip()
        if ids and _OBJECT_ID.fullmatch(term):
            return queryset.filter(self._is_one_of(ids, term)), any("__" in field for field in ids)
        named = [field for field in fields if field in _NAMES]
        if not term or not named or len(ids) + len(named) < len(fields):
            return super().get_search_results(request, queryset, search_term)
        payers = _payers(term, [field.removeprefix("organization__") for field in named])
        by_id = self._is_one_of(ids, term)
        return queryset.filter(Q(organization__in=payers) | by_id), any("__" in field for field in ids)

    def _is_one_of(self, fields: list[str], value: str) -> Q:
        """Whether one of the columns holds just that; what cannot stand in a column is not looked for there."""
        looks = [_look(field, _column(self.model, field), value) for field in fields]
        return reduce(operator.or_, (look for look in looks if look is not None), Q(pk__in=[]))


def _look(path: str, column: Any, value: str) -> Q | None:
    """An e-mail in upper or lower case, all else as it is; None for a word where a number or a UUID stands."""
    if isinstance(column, EmailField):
        return Q(**{f"{path}__iexact": value})
    try:
        column.to_python(value)
    except ValidationError:
        return None
    return Q(**{path: value})


def _column(model: Any, path: str) -> Any:
    """The field at the end of a path such as `organization__email`."""
    *relations, last = path.split("__")
    for name in relations:
        model = model._meta.get_field(name).related_model
    return model._meta.get_field(last)


def _payers(term: str, fields: list[str]) -> list[int]:
    """The newest organizations in which each word of the term stands."""
    wanted = [reduce(operator.or_, (Q(**{f"{field}__icontains": word}) for field in fields)) for word in term.split()]
    rows = Organization.objects.filter(*wanted).order_by("-pk")
    return list(rows.values_list("pk", flat=True)[:_MOST_NAMED])

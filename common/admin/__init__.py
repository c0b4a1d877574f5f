"""The only seam to django-unfold: every admin module of the project imports its base classes, decorators and widgets from here.

access.py     who may see which business's rows (asked from the tenants app through a hook)
badges.py     Badge, render_badge and other small pieces of safe HTML
extensions.py `extend`: an upper app adds columns, filters, actions, sections to a lower app's pages
live.py       cells that refresh themselves
pages.py      ConsoleAdmin: banners, tools, empty states, live cells, the guard against rows deleted meanwhile
scoped.py     TenantModelAdmin and the inlines: lists, choices, filters and permissions of one business
trying.py     “Test connection” of a form before it is saved
dashboard.py  the registry of the start page's sections
"""

from django.contrib.admin import SimpleListFilter, action, register, site
from django.contrib.admin.exceptions import NotRegistered
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RangeNumericFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, AuthenticationForm, UserChangeForm, UserCreationForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget as CheckboxesWidget,
)
from unfold.widgets import (
    UnfoldAdminFileFieldWidget as FileWidget,
)
from unfold.widgets import (
    UnfoldAdminNullBooleanSelectWidget as YesNoWidget,
)
from unfold.widgets import (
    UnfoldAdminPasswordWidget as PasswordWidget,
)
from unfold.widgets import (
    UnfoldAdminSelectWidget as SelectWidget,
)
from unfold.widgets import (
    UnfoldAdminTextareaWidget as TextareaWidget,
)
from unfold.widgets import (
    UnfoldAdminTextInputWidget as TextWidget,
)

from common.admin.badges import Badge, Banner, Tool, relative_words, render_badge, render_lines, render_moment, render_progress
from common.admin.dashboard import Card, Row, Section, dashboard_section
from common.admin.extensions import Extension, extend
from common.admin.live import live_cell
from common.admin.pages import ConsoleAdmin
from common.admin.scoped import TenantInline, TenantModelAdmin, TenantStackedInline
from common.admin.trying import TriesConnections

__all__ = [
    "AdminPasswordChangeForm",
    "AuthenticationForm",
    "AutocompleteSelectFilter",
    "Badge",
    "Banner",
    "BooleanRadioFilter",
    "Card",
    "CheckboxesWidget",
    "ChoicesDropdownFilter",
    "ConsoleAdmin",
    "DropdownFilter",
    "Extension",
    "FileWidget",
    "ModelAdmin",
    "NotRegistered",
    "PasswordWidget",
    "RangeDateFilter",
    "RangeNumericFilter",
    "RelatedDropdownFilter",
    "Row",
    "Section",
    "SelectWidget",
    "SimpleListFilter",
    "StackedInline",
    "TabularInline",
    "TenantInline",
    "TenantModelAdmin",
    "TenantStackedInline",
    "TextWidget",
    "TextareaWidget",
    "Tool",
    "TriesConnections",
    "UserChangeForm",
    "UserCreationForm",
    "YesNoWidget",
    "action",
    "dashboard_section",
    "display",
    "extend",
    "live_cell",
    "register",
    "relative_words",
    "render_badge",
    "render_lines",
    "render_moment",
    "render_progress",
    "site",
]

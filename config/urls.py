"""All addresses. The first part of a path names the app."""

from django.conf import settings
from django.urls import include, path

import crm.urls
import deals.urls
from common.records.views.choosing import choose_dictionary
from common.records.views.exporting import export_file, exports

handler500 = "common.upkeep.views.broken"
urlpatterns = [
    path("", include("common.home.urls")),
    path("accounts/", include("config.accounts")),
    path("help/", include("common.help.urls")),
    path("settings/", include("common.setup.urls")),
    path("files/", include("common.files.urls")),
    path("jobs/", include("common.jobs.urls")),
    path("upkeep/", include("common.upkeep.urls")),
    path("outbox/", include("common.delivery.urls")),
    path("search/", include("common.search.urls")),
    path("notifications/", include("common.notifications.urls")),
    path("changes/", include("common.records.urls")),
    path("imports/", include("common.importing.urls")),
    path("duplicates/", include("common.duplicates.urls")),
    path("views/", include("common.views.urls")),
    path("exports/", exports, name="exports"),
    path("exports/<int:pk>/", export_file, name="export-file"),
    path("choose/<str:key>/", choose_dictionary, name="choose"),
    path("requests/", include("requests_app.urls")),
    path("forms/", include("requests_app.forms_urls")),
    path("deals/", include(deals.urls.deals)),
    path("lines/", include(deals.urls.lines)),
    path("payments/", include(deals.urls.payments)),
    path("companies/", include(crm.urls.companies)),
    path("contacts/", include(crm.urls.contacts)),
    path("leads/", include(crm.urls.leads)),
    path("products/", include("catalogue.urls")),
    path("reports/", include("analytics.urls")),
]
if settings.BENCH:
    urlpatterns.append(path("bench/", include("bench.urls")))

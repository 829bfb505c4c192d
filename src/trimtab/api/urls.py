"""Every address that the server answers itself. The client's own pages are served beside it."""

from django.urls import include, path

from trimtab.api.app import api
from trimtab.api.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/", api.urls),
    path("_allauth/", include("allauth.headless.urls")),
]

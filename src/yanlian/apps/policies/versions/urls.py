"""Addresses of pack versions."""

from __future__ import annotations

from django.urls import path

from yanlian.apps.policies.versions import compare_page, edit_page, file_pages, pages, version_page

urlpatterns = [
    path("versions/", pages.versions, name="versions"),
    path("versions/new", pages.new_version, name="new-version"),
    path("versions/template.xlsx", file_pages.template_book, name="version-template"),
    path("versions/<int:pk>/", version_page.version, name="version"),
    path("versions/<int:pk>/write", version_page.version_write, name="version-write"),
    path("versions/<int:pk>/decide", version_page.version_decide, name="version-decide"),
    path("versions/<int:pk>/changes", compare_page.compare, name="version-changes"),
    path("versions/<int:pk>/pack.zip", file_pages.version_zip, name="version-zip"),
    path("versions/<int:pk>/dmn.zip", file_pages.version_dmn, name="version-dmn"),
    path("versions/<int:pk>/files/<str:name>", edit_page.version_file, name="version-file"),
    path("versions/<int:pk>/files/<str:name>/save", edit_page.save_file, name="save-file"),
]

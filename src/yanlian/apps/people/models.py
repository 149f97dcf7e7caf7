"""Who uses the system and what they did. A user has one role, perhaps a department or the entity it speaks for."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person with a login. What it may see and do follows from `role`, `department` and `entity_code`."""

    class Role(models.TextChoices):
        OFFICIAL = "official", "工作人员"
        ENTERPRISE = "enterprise", "企业用户"
        ANALYST = "analyst", "分析人员"
        ADMINISTRATOR = "administrator", "系统管理员"

    role = models.CharField(max_length=16, choices=Role.choices)
    # Key of the fact schema's departments (market, tax …); empty: not bound to one. `fin` pays.
    department = models.CharField(max_length=16, blank=True)
    # Code of the entity an enterprise login speaks for. A code, not a key: people stands below registry.
    entity_code = models.CharField(max_length=64, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = "用户"

    @property
    def shown_name(self) -> str:
        """The person's name where it was given, else the login."""
        return self.first_name or self.username


class AuditEntry(models.Model):
    """Who did what to what, when and from where. Only ever added to."""

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # The login as it was typed; for a login that does not exist a keyed hash, since people type passwords there.
    login = models.CharField(max_length=150, blank=True)
    address = models.CharField(max_length=64, blank=True)
    # Stands in verbs.yaml with its words.
    verb = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=40, blank=True)
    object_key = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["login", "address", "at"])]
        verbose_name = "操作记录"

    def __str__(self) -> str:
        return f"{self.at} {self.login} {self.verb}"

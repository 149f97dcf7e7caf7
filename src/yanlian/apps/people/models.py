"""Who uses the system: a user has one role, perhaps a department, perhaps the entity it speaks for."""

from __future__ import annotations

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

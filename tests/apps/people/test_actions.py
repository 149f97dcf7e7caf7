"""What can be done to users, and that each deed is written down."""

from __future__ import annotations

import pytest

from yanlian.apps.people import actions
from yanlian.apps.people.audit import verbs
from yanlian.apps.people.models import AuditEntry, User
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def administrator() -> User:
    user, _ = actions.create_user(None, username="admin", name="", role="administrator", department="", entity_code="")
    return user


def create(**changes: str) -> tuple[User, str]:
    given = {
        "username": "wang.li",
        "name": "王丽",
        "role": "official",
        "department": "sci",
        "entity_code": "",
        **changes,
    }
    return actions.create_user(None, **given)


def test_a_new_login_works_with_the_password_that_is_returned_once():
    user, password = create()
    assert User.objects.get(username="wang.li").check_password(password)
    assert password not in str(list(AuditEntry.objects.values()))
    assert user.password != password


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"username": "王"}, "login_unusable"),
        ({"username": "Ab"}, "login_unusable"),
        ({"role": "king"}, "role_unknown"),
        ({"department": "nowhere"}, "department_unknown"),
        ({"department": ""}, "official_without_department"),
        ({"role": "enterprise", "department": ""}, "enterprise_without_entity"),
    ],
)
def test_a_login_that_makes_no_sense_is_refused(changes: dict[str, str], code: str):
    with pytest.raises(Refused) as refused:
        create(**changes)
    assert refused.value.code == code
    assert not User.objects.exists()


def test_a_user_name_is_given_once():
    create()
    with pytest.raises(Refused, match="user_exists"):
        create()


def change(by: User, user: User, seen: str, **changes: object) -> User:
    given: dict[str, object] = {
        "name": user.first_name, "role": user.role, "department": user.department, "entity_code": user.entity_code,
        "active": user.is_active, **changes,
    }  # fmt: skip
    return actions.change_user(by, user, seen=seen, **given)


def test_a_change_is_written_down_with_what_was_before(administrator: User):
    user, _ = create()
    changed = change(administrator, user, actions.version_of(user), department="fin")
    assert changed.department == "fin"
    entry = AuditEntry.objects.get(verb="user_changed")
    assert entry.user == administrator
    assert entry.object_key == "wang.li"
    assert entry.data["before"]["department"] == "sci"


def test_a_change_of_what_someone_else_changed_meanwhile_is_refused(administrator: User):
    user, _ = create()
    seen = actions.version_of(user)
    change(administrator, user, seen, department="fin")
    with pytest.raises(Refused, match="user_changed_meanwhile"):
        change(administrator, user, seen, department="tax")
    assert User.objects.get(pk=user.pk).department == "fin"


@pytest.mark.parametrize("changes", [{"active": False}, {"role": "analyst"}])
def test_an_administrator_cannot_lock_itself_out(administrator: User, changes: dict[str, object]):
    with pytest.raises(Refused, match="user_is_self"):
        change(administrator, administrator, actions.version_of(administrator), **changes)


def test_a_reset_password_replaces_the_old_one(administrator: User):
    user, old = create()
    new = actions.reset_password(administrator, user)
    user.refresh_from_db()
    assert user.check_password(new)
    assert not user.check_password(old)


def test_ones_own_password_is_changed_only_with_the_old_one_and_to_a_strong_one():
    user, password = create()
    with pytest.raises(Refused, match="password_wrong"):
        actions.change_password(user, current="x", new="a-new-and-long-Password")
    with pytest.raises(Refused, match="password_weak"):
        actions.change_password(user, current=password, new="short")
    actions.change_password(user, current=password, new="a-new-and-long-Password")
    assert user.check_password("a-new-and-long-Password")


def test_sample_logins_are_one_for_each_role_and_their_passwords_work():
    made = actions.make_sample_users("91370212MA0000000X")
    assert {login.role for login in made} == set(User.Role.values)
    for login in made:
        assert User.objects.get(username=login.username).check_password(login.password)
    assert User.objects.get(username="enterprise").entity_code == "91370212MA0000000X"


def test_a_second_making_of_sample_logins_adds_nobody_and_prints_passwords_that_work():
    actions.make_sample_users("a", {"analyst": "given-by-the-caller"})
    again = actions.make_sample_users("a", {"analyst": "given-by-the-caller"})
    assert User.objects.count() == 5
    for login in again:
        assert User.objects.get(username=login.username).check_password(login.password)
    assert next(login.password for login in again if login.role == "analyst") == "given-by-the-caller"


def test_without_an_entity_there_is_no_enterprise_sample():
    assert "enterprise" not in {login.role for login in actions.make_sample_users("")}


def test_passwords_are_made_at_random():
    assert len({actions.new_password() for _ in range(100)}) == 100


def test_only_verbs_with_words_are_recorded():
    with pytest.raises(AssertionError):
        actions.record("invented", by=None)
    for zh, en in verbs().values():
        assert zh
        assert en.isascii()

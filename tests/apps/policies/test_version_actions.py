"""Versions of packs: four eyes, nobody overwrites another, the day decides, and a run keeps its rules."""

from datetime import date

import pytest
from django.db.models import Min
from tests.apps.policies.ten_firms import AS_OF, DOCUMENT

from yanlian.apps.people.models import User
from yanlian.apps.policies.actions import run_policies
from yanlian.apps.policies.explaining import explain_outcome
from yanlian.apps.policies.models import PackVersion, VersionEvent
from yanlian.apps.policies.packs import pack_folders, packs_in_use, packs_of
from yanlian.apps.policies.versions import actions
from yanlian.apps.policies.versions.in_force import delivered_folders, standing
from yanlian.apps.policies.versions.texts import texts_of
from yanlian.base.refusal import Refused


def person(name):
    return User.objects.create_user(name, password=None, role="official", department="sci")


@pytest.fixture
def writer(db):
    return person("writer")


@pytest.fixture
def second(db):
    return person("second")


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as found:
        act(*args, **kwargs)
    assert found.value.code == code
    # Every fact that the sentence names is there.
    assert "-（" not in found.value.text("zh")
    return found.value


def changed(version, old, new, by):
    texts = texts_of(version.files)
    texts["t.yaml"] = texts["t.yaml"].replace(old, new)
    return actions.save_texts(version, version.revision, texts, by)


def fifth(version, by):
    """The draft with 20 % instead of 10 %, its case too."""
    return changed(changed(version, "* 0.1", "* 0.2", by), "amount: 10万元", "amount: 20万元", by)


def threefold(version, by):
    return changed(changed(version, "* 0.2", "* 0.3", by), "amount: 20万元", "amount: 30万元", by)


def enacted(title, day, writer, second, edit=fifth):
    draft = edit(actions.begin_draft("t", title, writer), writer)
    draft, findings = actions.check_version(draft, draft.revision, writer)
    assert findings.fit
    draft = actions.approve(draft, draft.revision, second)
    return actions.put_in_force(draft, draft.revision, day, second)


def test_without_versions_the_folders_of_the_installation_count(district):
    assert standing(AS_OF) == {}
    assert pack_folders(AS_OF) == delivered_folders()


def test_the_first_draft_makes_what_was_delivered_version_one_in_force_from_the_beginning(district, writer):
    before = packs_in_use(AS_OF).hash
    draft = actions.begin_draft("t", "提高比例", writer)
    delivered = PackVersion.objects.get(number=1)
    assert (delivered.state, delivered.in_force_from, delivered.author) == ("enacted", None, None)
    assert (draft.number, draft.state, draft.based_on) == (2, "draft", delivered)
    # The rules are the same whether read from the folder or from the database.
    assert packs_in_use(AS_OF).hash == packs_in_use(date(1999, 1, 1)).hash == before


def test_a_version_counts_from_its_day_on_and_the_old_one_before(district, writer, second):
    old = packs_in_use(AS_OF).hash
    enacted("提高比例", date(2026, 1, 1), writer, second)
    assert packs_in_use(date(2025, 12, 31)).hash == old
    assert packs_in_use(date(2026, 1, 1)).hash != old
    first, _ = run_policies(district, AS_OF, workers=1)
    second_run, _ = run_policies(district, date(2026, 1, 1), workers=1)
    assert first.pack_hash == old != second_run.pack_hash


def test_a_second_version_from_the_same_day_replaces_the_first(district, writer, second):
    run, _ = run_policies(district, AS_OF, workers=1)
    enacted("提高比例", date(2025, 1, 1), writer, second)
    doubled, made = run_policies(district, AS_OF, workers=1)
    assert made
    assert doubled.amount_fen == 2 * run.amount_fen
    enacted("再改", date(2025, 1, 1), writer, second, threefold)
    assert standing(AS_OF)["t"].number == 3
    tripled, _ = run_policies(district, AS_OF, workers=1)
    assert tripled.amount_fen == 3 * run.amount_fen


def test_what_was_known_at_a_moment_leaves_out_versions_put_in_force_later(district, writer, second):
    old, _ = run_policies(district, AS_OF, workers=1)
    actions.begin_draft("t", "空", writer)
    moment = PackVersion.objects.get(number=1).enacted_at
    enacted("提高比例", date(2025, 1, 1), writer, second)
    then, made = run_policies(district, AS_OF, workers=1, known_at=moment)
    assert not made
    assert then == old


def test_a_run_is_explained_with_its_own_rules_whatever_came_later(district, settings, writer, second):
    run, _ = run_policies(district, AS_OF, workers=1)
    enacted("提高比例", date(2025, 1, 1), writer, second)
    (settings.PACKS / "t" / "t.yaml").write_text("broken: [", encoding="utf-8")
    assert packs_of(run).hash == run.pack_hash
    explained = explain_outcome(run, "E005", "T-2025-01")
    assert explained.outcome.amount_fen == 250_000


def test_whoever_wrote_in_a_version_cannot_approve_it(district, writer, second):
    draft = fifth(actions.begin_draft("t", "提高比例", writer), second)
    draft, _ = actions.check_version(draft, draft.revision, writer)
    refused("version_own_approval", actions.approve, draft, draft.revision, writer)
    refused("version_own_approval", actions.approve, draft, draft.revision, second)
    assert actions.approve(draft, draft.revision, person("third")).state == "approved"


def test_of_two_editors_the_later_one_is_refused_and_the_first_text_stands(district, writer, second):
    draft = actions.begin_draft("t", "提高比例", writer)
    changed(draft, "* 0.1", "* 0.2", writer)
    mine = PackVersion.objects.get(pk=draft.pk)
    with pytest.raises(Refused) as found:
        actions.save_texts(mine, 0, {"pack.yaml": "x"}, second)
    assert found.value.code == "version_changed"
    assert "* 0.2" in texts_of(PackVersion.objects.get(pk=draft.pk).files)["t.yaml"]


def test_the_same_texts_again_change_nothing(district, writer):
    draft = actions.begin_draft("t", "空", writer)
    again = actions.save_texts(draft, draft.revision, texts_of(draft.files), writer)
    assert again.revision == draft.revision
    assert VersionEvent.objects.filter(version=draft).count() == 1


@pytest.mark.parametrize(
    ("old", "new", "faults", "failures"),
    [("* 0.1", "* 0.2", 0, 1), ("税务年报[年度 = 上年][1].研发费用 * 0.1", "税务年保[1]", 1, 0)],
)
def test_a_draft_with_a_fault_or_a_failing_case_stays_a_draft_and_keeps_what_was_found(
    district, writer, old, new, faults, failures
):
    draft = changed(actions.begin_draft("t", "改", writer), old, new, writer)
    draft, findings = actions.check_version(draft, draft.revision, writer)
    assert draft.state == "draft"
    assert (findings.errors > 0) == (faults > 0)
    assert len(findings.failures) == failures
    assert draft.findings["revision"] == draft.revision
    place = (draft.findings["faults"] + draft.findings["failures"])[0]
    assert place["file"] == "t.yaml"
    assert place["line"] > 0
    refused("version_not_checked", actions.approve, draft, draft.revision, writer)


def test_editing_a_checked_version_makes_it_a_draft_and_an_approved_one_cannot_be_edited(district, writer, second):
    draft = fifth(actions.begin_draft("t", "提高比例", writer), writer)
    draft, _ = actions.check_version(draft, draft.revision, writer)
    draft = changed(draft, "试行办法", "办法", writer)
    assert draft.state == "draft"
    draft, _ = actions.check_version(draft, draft.revision, writer)
    draft = actions.approve(draft, draft.revision, second)
    refused("version_not_editable", changed, draft, "办法", "规定", writer)
    draft = actions.give_back(draft, draft.revision, second, "标题有误")
    assert (draft.state, draft.approved_by) == ("draft", None)


def test_only_an_approved_version_comes_into_force_and_not_before_the_one_that_is(district, writer, second):
    draft = fifth(actions.begin_draft("t", "提高比例", writer), writer)
    refused("version_not_approved", actions.put_in_force, draft, draft.revision, AS_OF, second)
    enacted("先行", date(2026, 1, 1), writer, second)
    draft, _ = actions.check_version(draft, draft.revision, writer)
    draft = actions.approve(draft, draft.revision, second)
    found = refused("version_overtaken", actions.put_in_force, draft, draft.revision, date(2026, 6, 1), second)
    assert found.data == {"found": "v3", "expected": "v1"}
    later = changed(actions.begin_draft("t", "后", writer), "试行办法", "办法", writer)
    later, _ = actions.check_version(later, later.revision, writer)
    later = actions.approve(later, later.revision, second)
    refused("version_day_early", actions.put_in_force, later, later.revision, date(2025, 12, 31), second)


def test_what_is_given_up_stays_readable_and_cannot_be_changed(district, writer):
    draft = fifth(actions.begin_draft("t", "提高比例", writer), writer)
    gone = actions.withdraw(draft, draft.revision, writer)
    assert "* 0.2" in texts_of(gone.files)["t.yaml"]
    refused("version_not_editable", changed, gone, "办法", "规定", writer)
    refused("version_not_open", actions.withdraw, gone, gone.revision, writer)


def test_every_saving_can_be_read_again(district, writer):
    fifth(actions.begin_draft("t", "提高比例", writer), writer)
    told = [texts_of(one.files)["t.yaml"] for one in VersionEvent.objects.filter(version__number=2)]
    assert ["* 0.1" in one for one in told] == [True, False, False]
    with pytest.raises(AssertionError):
        VersionEvent.objects.first().delete()


def test_a_new_pack_is_begun_from_texts_and_counts_only_from_its_day(district, writer, second):
    document = DOCUMENT.replace("T-2025", "N-2025")
    texts = {"pack.yaml": "pack: {id: n, title: 新, district: '370212'}\n", "n.yaml": document}
    refused("version_pack_there", actions.begin_pack, "t", "新", writer, texts)
    draft = actions.begin_pack("n", "新", writer, texts)
    assert {pack.id for pack in packs_in_use(AS_OF).packs} == {"t"}
    draft, findings = actions.check_version(draft, draft.revision, writer)
    assert findings.fit
    draft = actions.approve(draft, draft.revision, second)
    actions.put_in_force(draft, draft.revision, date(2025, 7, 1), second)
    assert {pack.id for pack in packs_in_use(AS_OF).packs} == {"n", "t"}
    assert {pack.id for pack in packs_in_use(date(2025, 6, 30)).packs} == {"t"}


def test_a_version_whose_pack_calls_itself_otherwise_is_not_fit(district, writer):
    draft = actions.begin_draft("t", "改", writer)
    texts = {**texts_of(draft.files), "pack.yaml": "pack: {id: other, title: 试, district: '370212'}\n"}
    draft = actions.save_texts(draft, draft.revision, texts, writer)
    _, findings = actions.check_version(draft, draft.revision, writer)
    assert "version_pack_id" in {one.code for one in findings.faults}


@pytest.mark.parametrize("name", ["../x.yaml", "a/b.yaml", ".hidden.yaml", "x.txt", "x" * 90 + ".yaml"])
def test_a_file_name_that_leaves_the_folder_is_refused(district, writer, name):
    draft = actions.begin_draft("t", "改", writer)
    refused("version_file_name", actions.save_texts, draft, 0, {**texts_of(draft.files), name: "x"}, writer)


def test_of_two_that_begin_at_the_same_moment_one_is_asked_to_try_again(district, writer, monkeypatch):
    actions.begin_draft("t", "先", writer)
    # The other one counted the versions before the first draft was there.
    monkeypatch.setattr(actions, "_latest", lambda pack: PackVersion.objects.get(pack=pack, number=1))
    monkeypatch.setattr(actions, "Max", lambda name: Min(name))
    refused("version_begun_twice", actions.begin_draft, "t", "后", writer)
    assert PackVersion.objects.count() == 2

"""Pages of pack versions: begun, edited, checked, approved by a second person, in force; and what is refused."""

import io
import re
import zipfile

import pytest
from django.urls import reverse

from yanlian.apps.policies.models import PackVersion

PACK = "office"
PACK_TEXT = "pack: {id: office, title: 试行包, district: '370212'}\n"
DOCUMENT = """document:
  id: O-2025
  title: 试行办法
  status: in_force
  valid_from: 2025-01-01
  source: {grade: A, page: 测试}
rules: {subject: [enterprise]}
parameters:
  比例:
    unit: 比例
    values: [{from: 2025-01-01, value: 10%, reference: 第一条}]
clauses:
  - id: O-2025-01
    title: 研发奖补
    article: 第一条
    text: 按上年研发费用的10%奖补。
    department: sci
    amount: 税务年报[年度 = 上年][1].研发费用 * 比例
    delivery: APPLY
    cases:
      - {name: 例, as_of: 2025-12-31, facts: {税务年报: [{年度: 2024, 研发费用: 100万元}]},
         expect: {outcome: eligible, amount: 10万元}}
"""


def upload(name, content):
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    file.name = name
    return file


@pytest.fixture
def writer(as_role):
    return as_role("official", "sci")


@pytest.fixture
def second(as_role):
    return as_role("official", "fin")


def begun(client):
    answer = client.post(
        reverse("new-version"),
        {"how": "new", "title": "试行", "files": [upload("pack.yaml", PACK_TEXT), upload("o.yaml", DOCUMENT)]},
    )
    assert answer.status_code == 302, answer.content.decode()
    return PackVersion.objects.get(pack=PACK)


def do(client, version, verb, way="write", **more):
    version.refresh_from_db()
    data = {"verb": verb, "revision": version.revision, **more}
    return client.post(reverse(f"version-{way}", args=[version.pk]), data, follow=True)


def save(client, version, name, text, **more):
    version.refresh_from_db()
    data = {"text": text, "revision": version.revision, **more}
    return client.post(reverse("save-file", args=[version.pk, name]), data, follow=True)


def test_the_whole_way_from_files_to_in_force(writer, second):
    version = begun(writer)
    assert "核验通过" in do(writer, version, "check").content.decode()
    page = writer.get(reverse("version", args=[version.pk])).content.decode()
    # Whoever wrote it is not offered to approve it.
    assert 'value="approve"' not in page
    assert "待没有参与起草的另一人批准" in page
    assert do(writer, version, "approve", "decide").status_code == 409
    assert "已批准" in do(second, version, "approve", "decide", note="同意").content.decode()
    answer = do(second, version, "enact", "decide", day="2025-06-01").content.decode()
    assert "现行" in answer
    assert "研发奖补" in writer.get(reverse("policies")).content.decode()
    listed = writer.get(reverse("versions")).content.decode()
    assert "office v1" in listed
    assert "2025-06-01" in listed


def test_faults_are_shown_with_line_and_clause_and_the_text_is_kept(writer):
    version = begun(writer)
    broken = DOCUMENT.replace("研发费用 * 比例", "研发费用 * 比列")
    page = save(writer, version, "o.yaml", broken).content.decode()
    line = 1 + next(n for n, one in enumerate(broken.splitlines()) if "比列" in one)
    assert f'data-line="{line}"' in page
    assert "O-2025-01" in page
    assert "比列" in page
    unfit = do(writer, version, "check").content.decode()
    assert "核验未通过" in unfit
    version.refresh_from_db()
    assert version.state == "draft"


def test_a_text_can_be_looked_at_before_it_is_saved(writer):
    version = begun(writer)
    page = save(
        writer, version, "o.yaml", DOCUMENT.replace("研发费用 * 比例", "研发费用 * 比列"), verb="look"
    ).content.decode()
    assert "文本还没有保存" in page
    assert "比列" in page
    version.refresh_from_db()
    assert version.revision == 0


def test_the_later_of_two_editors_keeps_the_typed_text_on_the_page_and_overwrites_nothing(writer, second):
    version = begun(writer)
    save(writer, version, "o.yaml", DOCUMENT.replace("10%，", "20%"))
    save(writer, version, "o.yaml", DOCUMENT.replace("试行办法", "甲的办法"))
    answer = second.post(
        reverse("save-file", args=[version.pk, "o.yaml"]),
        {"text": DOCUMENT.replace("试行办法", "乙的办法"), "revision": 0},
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "乙的办法" in page
    assert "version_changed" in page
    # Saving once more from that page is refused again.
    assert re.search(r'name="revision" value="0"', page)
    assert "甲的办法" in writer.get(reverse("version-file", args=[version.pk, "o.yaml"])).content.decode()


def test_differences_are_told_by_meaning(writer):
    version = begun(writer)
    draft = PackVersion.objects.create(
        pack=PACK, number=2, title="修订", files=version.files, based_on=version, made_at=version.made_at
    )
    changed = DOCUMENT.replace("value: 10%", "value: 15%").replace("amount: 10万元", "amount: 15万元")
    save(writer, draft, "o.yaml", changed)
    page = writer.get(reverse("version-changes", args=[draft.pk])).content.decode()
    assert "<del>10%</del>" in page
    assert "<ins>15%</ins>" in page
    assert "参数 · 比例 · 取值 · 2025-01-01" in page


def test_a_version_is_taken_away_as_zip_and_as_dmn(writer):
    version = begun(writer)
    answer = writer.get(reverse("version-zip", args=[version.pk]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read("office/o.yaml").decode() == DOCUMENT
    answer = writer.get(reverse("version-dmn", args=[version.pk]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["O-2025.dmn"]
        assert b"O-2025-01" in archive.read("O-2025.dmn")


def test_a_zip_of_a_version_can_be_uploaded_into_a_draft(writer):
    version = begun(writer)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("office/o.yaml", DOCUMENT.replace("试行办法", "压缩包里的办法"))
        file.writestr("office/readme.txt", "不读")
    do(writer, version, "upload", files=[upload("x.zip", archive.getvalue())])
    assert "压缩包里的办法" in writer.get(reverse("version-file", args=[version.pk, "o.yaml"])).content.decode()


def damaged() -> bytes:
    """A zip one of whose texts was changed after it was packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("office/o.yaml", DOCUMENT)
    return out.getvalue().replace("试行办法".encode(), "施行办法".encode())


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("x.docx", b"x", "version_file_type"), ("x.xlsx", b"x", "file_broken"),
     ("x.yaml", b"\xff\xfe\x00", "version_file_text"),
     ("x.zip", b"no zip", "version_file_text"), ("x.zip", damaged(), "version_file_text"),
     ("pack.yaml", "other: 1", "version_no_pack_file")],
)  # fmt: skip
def test_what_cannot_be_taken_in_is_refused_and_nothing_is_begun(writer, name, content, code):
    answer = writer.post(reverse("new-version"), {"how": "new", "title": "试", "files": [upload(name, content)]})
    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert PackVersion.objects.count() == 0


def test_an_older_saving_can_be_read_again(writer):
    version = begun(writer)
    save(writer, version, "o.yaml", DOCUMENT.replace("试行办法", "新办法"))
    first = version.events.get(verb="begun")
    page = writer.get(reverse("version-file", args=[version.pk, "o.yaml"]), {"at": first.pk}).content.decode()
    assert "试行办法" in page
    assert "<textarea" not in page


def test_a_document_is_added_and_removed(writer):
    version = begun(writer)
    do(writer, version, "add", file="new.yaml")
    version.refresh_from_db()
    assert set(version.files) == {"pack.yaml", "o.yaml", "new.yaml"}
    assert do(writer, version, "add", file="new.yaml").status_code == 409
    do(writer, version, "remove", file="new.yaml")
    version.refresh_from_db()
    assert set(version.files) == {"pack.yaml", "o.yaml"}


def test_analysts_and_administrators_look_enterprises_do_not_and_neither_writes(writer, as_role):
    version = begun(writer)
    for role in ("analyst", "administrator"):
        client = as_role(role)
        assert client.get(reverse("version", args=[version.pk])).status_code == 200
        assert do(client, version, "check").status_code == 403
        assert do(client, version, "approve", "decide").status_code == 403
    assert as_role("enterprise").get(reverse("versions")).status_code == 403


def test_a_draft_of_a_pack_that_is_there_begins_with_what_is_in_force(writer):
    writer.post(reverse("new-version"), {"how": "there", "pack": "sample", "title": "改"})
    pack = PackVersion.objects.get(number=2)
    assert "随安装" in writer.get(reverse("versions")).content.decode()
    assert "没有差异" in writer.get(reverse("version-changes", args=[pack.pk])).content.decode()


def test_a_filled_in_workbook_becomes_a_new_pack_and_faults_name_sheet_row_and_column(writer):
    template = writer.get(reverse("version-template")).content
    writer.post(
        reverse("new-version"), {"how": "new", "title": "从表格", "files": [upload("li.xlsx", template)]}, follow=True
    )
    version = PackVersion.objects.get(pack="li")
    assert set(version.files) == {"pack.yaml", "li-2026.yaml"}
    assert "核验通过" in do(writer, version, "check").content.decode()
    answer = do(writer, version, "upload", files=[upload("x.xlsx", b"no workbook")])
    assert answer.status_code == 409


def test_a_version_waits_on_the_workbench_of_those_who_may_approve_it_only(writer, second, as_role):
    version = begun(writer)
    waiting = "待您复核批准的政策包版本"
    assert waiting not in second.get("/").content.decode()
    do(writer, version, "check")
    assert waiting in second.get("/").content.decode()
    assert waiting not in writer.get("/").content.decode()
    assert waiting not in as_role("analyst").get("/").content.decode()
    do(second, version, "approve", "decide")
    assert "已批准、待实施的政策包版本" in writer.get("/").content.decode()

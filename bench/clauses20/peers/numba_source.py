"""The fused loop as source text for Numba: one pass over the enterprises, every clause by hand, in whole fen.

Written as text because a set may be repeated with shifted figures, which the compiler should see as constants, and
because its two variants differ only in what they do with a clause's result: `reasons` writes an amount and a reason
code by enterprise and clause, `totals` only adds. A reason is 0 when the clause pays, else the number of the first test
that fails: 1 to 3 the gates, 4 and above the clause's own in order, 99 no amount.
"""

from __future__ import annotations

from dataclasses import asdict

from parameters import AI_INDUSTRIES, GROUPS, SINGLE, VALID_FIRST, YEAR_FIRST, YEAR_LAST, of_copy

COLUMNS = (
    *("ind", "in_dist", "blk", "fok", "est", "rev_ty", "rev_ly", "rev_peak", "rd_ty", "rd_ly", "emp", "emp_ly"),
    *("grads", "scale", "hnte", "hnte_n", "srdi", "srdi_l", "equip", "exp_ty", "exp_ly", "principal", "interest"),
    *("days", "guar", "rent", "area", "comp", "exhib", "equity"),
)

HEAD = f"""
        gate = 0 if in_dist[i] and not blk[i] and fok[i] else (1 if not in_dist[i] else 2 if blk[i] else 3)
        d = ind[i]
        mfg = 1300 <= d <= 4399
        svc = 6300 <= d <= 6599 or 7100 <= d <= 7599
        ai = {" or ".join(f"d == {code}" for code in AI_INDUSTRIES)}
        valid = {VALID_FIRST} <= hnte[i] <= {YEAR_LAST}
        revenue = rev_ty[i]
        growth = revenue - rev_ly[i]
        spent = rd_ty[i]
        level = srdi_l[i]
        added = np.int64(emp[i]) - np.int64(emp_ly[i])
"""

# One body a clause: the tests in order (each with its reason), then the amount `a`.
BODIES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        (f"{YEAR_FIRST} <= scale[i] <= {YEAR_LAST}",),
        "a = {scale_mfg} if mfg else {scale_svc} if svc else {scale_else}",
    ),
    (
        ("revenue >= {growth_revenue}", "rev_ly[i] > 0"),
        (
            "a = {growth_30} if growth * 100 >= rev_ly[i] * 30 else {growth_20} if growth * 100 >= rev_ly[i] * 20"
            " else {growth_10} if growth * 100 >= rev_ly[i] * 10 else 0"
        ),
    ),
    (
        ("revenue >= {growth_revenue}",),
        "a = min((2 * max(growth, 0) * (8 if svc else 5) + 1000) // 2000, {increment_cap})",
    ),
    ((), "a = {crossing}0"),
    (
        ("revenue > 0", "spent * 100 >= revenue * 3"),
        (
            "a = 10 * min(spent, {research_first}) + 3 * max(spent - {research_second}, 0)"
            " + 5 * min(max(spent - {research_first}, 0), {research_second} - {research_first})\n"
            "a = min((2 * a + 100) // 200, {research_cap})"
        ),
    ),
    (
        ("spent > rd_ly[i]", "spent >= {more_research_least}"),
        "a = min((2 * (spent - rd_ly[i]) * (10 if valid else 8) + 100) // 200, {more_research_cap})",
    ),
    ((f"{YEAR_FIRST} <= hnte[i] <= {YEAR_LAST}",), "a = {hnte_first} if hnte_n[i] == 1 else {hnte_again}"),
    (
        (f"{YEAR_FIRST} <= srdi[i] <= {YEAR_LAST}",),
        "a = {srdi_1} if level == 1 else {srdi_2} if level == 2 else {srdi_3} if level == 3 else 0",
    ),
    (
        (),
        (
            "a = min(inventions[i], 10) * {invention} + max(inventions[i] - 10, 0) * {invention_more}\n"
            "a = min(a, {invention_cap})"
        ),
    ),
    ((), "a = min(pct[i] * {pct}, {pct_cap})"),
    (
        ("level >= 1 or valid",),
        "a = min((2 * min(interest[i] * 3600000, principal[i] * days[i] * 345) + 7200000) // 14400000, {interest_cap})",
    ),
    ((), "a = min((2 * guar[i] * 30 + 100) // 200, {guarantee_cap})"),
    (
        (f"est[i] >= {VALID_FIRST}",),
        (
            "a = min(rent[i] * 100, min(area[i], 50000) * {rent_metre} * 12) * (70 if valid else 50)\n"
            "a = min((2 * a + 10000) // 20000, {rent_cap})"
        ),
    ),
    (
        ("mfg", "equip[i] >= {equipment_least}"),
        "a = min((2 * equip[i] * (10 if level >= 2 else 8) + 100) // 200, {equipment_cap})",
    ),
    (("exp_ty[i] > exp_ly[i]",), "a = min((2 * (exp_ty[i] - exp_ly[i]) + 100) // 200, {export_cap})"),
    (
        ("added >= 0",),
        "a = min((np.int64(grads[i]) * {graduate} * (3 if level >= 1 else 2) + 1) // 2, {graduate_cap})",
    ),
    (("added >= 5",), "a = min(min(added, 50) * {head} + max(added - 50, 0) * {head_more}, {head_cap})"),
    (("mfg or svc",), "a = min((2 * comp[i] * (36 if ai else 30) + 100) // 200, {compute_cap})"),
    ((), "a = min((exhib[i] + 1) // 2, {exhibition_cap})"),
    (("equity[i] >= {equity_least}",), "a = min((2 * equity[i] + 100) // 200, {equity_cap})"),
)


def source(copies: int, *, reasons: bool) -> str:
    """The source of `loop(first, last, <columns>, inventions, pct, amounts, codes, payable, sums)`."""
    lines = [f"def loop(first, last, {', '.join(COLUMNS)}, inventions, pct, amounts, codes, payable, sums):"]
    lines += [f"    s{number} = 0" for number in range(20 * copies) if not reasons]
    lines += ["    paid_sum = 0", "    for i in range(first, last):", HEAD.strip("\n"), "        paid = 0"]
    for copy in range(copies):
        lines += _copy(copy, reasons=reasons)
    lines += ["        payable[i] = paid"] if reasons else []
    lines += ["        paid_sum += paid"]
    lines += [f"    sums[{number}] += s{number}" for number in range(20 * copies) if not reasons]
    return "\n".join([*lines, f"    sums[{20 * copies}] += paid_sum", ""])


def _copy(copy: int, *, reasons: bool) -> list[str]:
    figures = of_copy(copy)
    crossing = "".join(
        f"{amount} if revenue >= {line} and rev_peak[i] < {line} else " for line, amount in reversed(figures.crossings)
    )
    constants = {name: str(value) for name, value in asdict(figures).items()} | {"crossing": crossing}
    lines: list[str] = []
    for number, (tests, amount) in enumerate(BODIES):
        lines += _clause(number, [test.format(**constants) for test in tests], amount.format(**constants))
        at = 20 * copy + number
        if reasons:
            lines += [f"        amounts[{at}, i] = a{number}", f"        codes[{at}, i] = r"]
        else:
            lines += [f"        s{at} += a{number}"]
    number_of = {f"C{number + 1:02d}": number for number in range(20)}
    parts = [f"max(a{number_of[one]}, a{number_of[other]})" for one, other in GROUPS]
    parts += [f"a{number_of[name]}" for name in SINGLE]
    return [*lines, f"        paid += min({' + '.join(parts)}, {figures.entity_cap})"]


def _clause(number: int, tests: list[str], amount: str) -> list[str]:
    lines = ["        r = gate", "        a = 0"]
    indent = "        "
    branch = "if"
    lines += [f"{indent}if r == 0:"]
    for code, test in enumerate(tests, 4):
        lines += [f"{indent}    {branch} not ({test}):", f"{indent}        r = {code}"]
        branch = "elif"
    body = indent + "    "
    if tests:
        lines += [f"{body}else:"]
        body += "    "
    lines += [body + line for line in amount.split("\n")]
    lines += [f"{body}if a == 0:", f"{body}    r = 99"]
    return [*lines, f"{indent}a{number} = a"]

"""Pages as files show them: recordings, saved pages, inspections; cookies by law; what is hostile, missing or unknown."""

import contextlib
import json
import re
import tomllib
from pathlib import Path

import pytest
from house import ROOT, cases

from ivplus_tools.discovery import hosts, page, seen, trackers
from ivplus_tools.errors import Refusal

PAGES = ROOT.parent / "shared" / "real" / "pages"
REAL = ["arcelormittal.com.har", "assa.har", "ferguson.har", "frontendredirect.har", "http2-firefox.har", "linkedin.har", "mytoys.de.har"]
LATER = {"arcelormittal.com.har": 2018, "ferguson.har": 2022, "edps_inspection.json": 2024}
"""Those recorded since 2018, and when."""
DATE = "Mon, 02 Mar 2026 09:00:00 GMT"
HOSTILE = ["<script>alert(1)</script>", "\u202eevil", "a\x1b[2Jb", "'; DROP TABLE journal; --", "{0}%s", "x" * 5000, "\ud800", "\x00"]


def entry(url="https://www.example.fi/", *set_cookie, date=DATE, mime="text/html", status=200, page="p1", sent="", **more):
    """One entry of a recording."""
    headers = [{"name": "Set-Cookie", "value": one} for one in set_cookie]
    headers += [{"name": "Date", "value": date}] if date else []
    request = {"url": url, "headers": [{"name": "Cookie", "value": sent}] if sent else []}
    response = {"status": status, "headers": headers, "cookies": [], "content": {"mimeType": mime, "size": 1000}}
    made = {"pageref": page, "startedDateTime": "2026-03-02T09:00:00.000Z", "request": request, "response": response}
    return made | more


@pytest.fixture
def recording(tmp_path):
    """Writes entries as a recording and reads it."""

    def read(*entries, pages=("p1",)):
        path = tmp_path / "sivu.har"
        log = {"version": "1.2", "pages": [one if isinstance(one, dict) else {"id": one} for one in pages], "entries": list(entries)}
        path.write_text(json.dumps({"log": log}), encoding="utf-8")
        return page.read(path)

    return read


@pytest.fixture
def saved(tmp_path):
    """Writes a page and reads it."""

    def read(text):
        path = tmp_path / "sivu.html"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        return page.read(path)

    return read


@pytest.fixture
def inspected(tmp_path):
    """Writes an inspection and reads it."""

    def read(**changed):
        config = {"headless": True, "browserOptions": []}
        root = {
            "uri_ins": "https://www.example.fi/", "uri_dest": "https://www.example.fi/", "script": {"config": config},
            "browser": {"preset_cookies": {}},
            "hosts": {"requests": {"firstParty": ["www.example.fi"], "thirdParty": ["connect.facebook.net"]}},
            "cookies": [], "localStorage": {}, "beacons": [],
        }  # fmt: skip
        path = tmp_path / "inspection.json"
        path.write_text(json.dumps(root | changed), encoding="utf-8")
        return page.read(path)

    return read


def named(read):
    """Cookies by their names."""
    return {one.name: one for one in read.cookies}


def problems(read):
    """The codes of what could not be told."""
    return dict(read.problems)


def host(read, name):
    """A host of a page."""
    return next(one for one in read.hosts if one.name == name)


# --- the law


@pytest.mark.parametrize("case", cases("cookies"))
def test_a_cookie_is_exempt_only_where_the_law_and_its_name_say_so(case):
    """Exempt, not exempt or unknown, and by which limb."""
    found = trackers.judged(case["cookie"], case["host"], hosts.is_third_party(case["host"], case["page"]))
    assert (found.exempt, found.limb) == (case["expect"]["exempt"], case["expect"]["limb"]), found


def test_there_are_cases_of_every_answer():
    """At least thirty, and several of each."""
    answers = [one.values[0]["expect"]["exempt"] for one in cases("cookies")]
    assert len(answers) >= 30
    assert all(answers.count(one) >= 8 for one in (seen.YES, seen.NO, seen.CANNOT_TELL))


def test_whatever_the_database_calls_a_cookie_it_alone_never_makes_one_exempt():
    """Each name of the database: exempt only where our own list has it too, and never in the hands of somebody else."""
    whole, _ = trackers._database()
    names, forms, limbs = trackers._own()
    for name in whole:
        own = trackers.judged(name, "www.example.fi", False)
        is_listed = name in names or any(form.fullmatch(name) for form, _ in forms)
        assert own.exempt != seen.YES or (is_listed and own.limb in limbs.values()), name
        for third in (True, None):
            assert trackers.judged(name, "www.example.com", third).exempt != seen.YES, name


def test_every_reason_that_exempts_has_a_limb_of_the_section():
    """And no marketing name stands among them."""
    names, forms, limbs = trackers._own()
    assert set(limbs.values()) == {"transmission", "requested_service"}
    for one in [*names.values(), *(known for _, known in forms)]:
        assert (one.reason in limbs) == (one.purpose in ("functional", "security")), one


# --- a recording


def test_a_session_cookie_on_a_page_without_a_banner_is_no_alarm(recording):
    """Known, of the page's own, for the session: exempt, and nothing is said to have come before a choice."""
    read = recording(entry("https://www.example.fi/", "PHPSESSID=abc; path=/; HttpOnly"))
    one = named(read)["PHPSESSID"]
    assert (one.exempt, one.limb, one.reason, one.session, one.days) == ("yes", "requested_service", "session", True, None)
    assert (one.before_choice, one.third_party, read.consent_platform) == (None, False, "")
    assert "choice_not_told" in problems(read)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["a=1", "b=2; Secure"], ["a", "b"]),
        (["a=1; Path=/\nb=2; Path=/\nc=3"], ["a", "b", "c"]),
        (["a=1; Path=/\r\nb=2"], ["a", "b"]),
        (["a=1; Path=/, b=2; Path=/, c=3"], ["a", "b", "c"]),
        (["a=1; Expires=Thu, 25 Jan 2028 08:58:41 GMT; Path=/, b=2"], ["a", "b"]),
        (["a=1; Expires=Thu, 25-Jan-2028 08:58:41 GMT"], ["a"]),
        (["a=x,y=z; Path=/"], ["a"]),
        (["a=1;;;", " b = 2 ; path = / "], ["a", "b"]),
        (["a==;"], ["a"]),
        (["valueonly"], [""]),
        (["a=1", "a=2; Max-Age=0"], ["a", "a"]),
    ],
)
def test_every_cookie_of_every_form_of_header_is_counted(recording, values, names):
    """Several headers, several in one, spaces, no value, a value with commas, no name."""
    read = recording(entry("https://www.example.fi/", *values))
    assert [one.name for one in read.cookies] == names
    assert host(read, "www.example.fi").cookies == len(names)


def test_names_of_headers_have_no_case_and_may_stand_in_one_mapping(recording):
    """SET-COOKIE, set-cookie, a mapping of names, a list of values."""
    one, two = entry(), entry()
    one["response"]["headers"] = [{"name": "SET-COOKIE", "value": "a=1"}, {"name": "set-cookie", "value": "b=2"}]
    two["response"]["headers"] = {"Set-Cookie": ["c=3", "d=4"], "date": DATE}
    assert [one.name for one in recording(one, two).cookies] == ["a", "b", "c", "d"]


def test_the_recorders_list_counts_only_where_no_header_is_there(recording):
    """Else each cookie would be counted twice; and what a list leaves out is unknown, not a session."""
    both, alone = entry("https://www.example.fi/", "a=1; Max-Age=86400"), entry()
    both["response"]["cookies"] = [{"name": "a", "value": "1"}]
    alone["response"]["cookies"] = [{"name": "b"}, {"name": "c", "expires": "2026-03-12T09:00:00.000Z"}, "no mapping"]
    read = named(recording(both, alone))
    assert list(read) == ["a", "b", "c"]
    assert [(one.days, one.session) for one in read.values()] == [(1.0, False), (None, False), (10.0, False)]


@pytest.mark.parametrize(
    ("cookie", "date", "days", "session"),
    [
        ("a=1; Max-Age=86400; Expires=Thu, 01 Jan 2099 00:00:00 GMT", DATE, 1.0, False),
        ("a=1; Expires=Wed, 04 Mar 2026 09:00:00 GMT", DATE, 2.0, False),
        ("a=1; expires=Wed, 04-Mar-26 09:00:00 GMT", DATE, 2.0, False),
        ("a=1; expires=Wednesday, 04-Mar-2026 09:00:00 UTC", DATE, 2.0, False),
        ("a=1; expires=Wed Mar  4 09:00:00 2026", DATE, 2.0, False),
        ("a=1; Max-Age=soon; Expires=Wed, 04 Mar 2026 09:00:00 GMT", DATE, 2.0, False),
        ("a=1; Max-Age=0", DATE, 0.0, False),
        ("a=1; Max-Age=-1; Path=/", DATE, 0.0, False),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", DATE, 0.0, False),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", None, 0.0, False),
        ("a=1; Expires=Wed, 04 Mar 2026 09:00:00 GMT", None, None, False),
        ("a=1; Expires=never", DATE, None, False),
        ("a=1; Expires=", DATE, None, False),
        ("a=1; Expires=Wed, 40 Mar 2026 99:00:00 GMT", DATE, None, False),
        ("a=1; Max-Age=" + "9" * 400, DATE, None, True),
        ("a=1", DATE, None, True),
    ],
)
def test_a_lifetime_is_told_by_the_response_or_not_at_all(recording, cookie, date, days, session):
    """Max-Age before Expires, Expires against the response's own Date, and never this machine's clock."""
    one = entry("https://www.example.fi/", cookie, date=date)
    if date is None:
        one["startedDateTime"] = ""
    [found] = recording(one).cookies
    assert (found.days, found.session) == (days, session)


def test_without_a_date_the_beginning_of_the_request_is_the_moment(recording):
    """With its offset; one without an offset tells nothing."""
    cookie = "a=1; Expires=Wed, 04 Mar 2026 09:00:00 GMT"
    with_offset = entry("https://www.example.fi/", cookie, date=None, startedDateTime="2026-03-02T11:00:00.000+02:00")
    without = entry("https://www.example.fi/", cookie, date=None, startedDateTime="2026-03-02T11:00:00.000")
    assert [one.days for one in recording(with_offset).cookies] == [2.0]
    read = recording(without)
    assert [(one.days, one.session) for one in read.cookies] == [(None, False)]
    assert problems(read)["no_lifetime"] == "1"


def test_two_pages_of_two_sites_have_their_own_hosts(recording):
    """What is the page's own on one is somebody else's on the other, and that is what is said of the host."""
    read = recording(
        entry("https://www.example.fi/", "a=1"),
        entry("https://cdn.example.com/x.js", "b=2", mime="text/javascript"),
        entry("https://www.example.com/shop?name=Aino", "c=3", page="p2"),
        entry("https://www.example.fi/logo.png", mime="image/png", page="p2"),
        pages=("p1", "p2"),
    )
    assert read.pages == ("https://www.example.fi/", "https://www.example.com/shop")
    assert {name: one.third_party for name, one in named(read).items()} == {"a": False, "b": True, "c": False}
    assert named(read)["c"].page == "https://www.example.com/shop"
    assert host(read, "www.example.fi").third_party is True
    assert host(read, "www.example.fi").requests == 2


def test_a_page_is_where_its_redirects_lead(recording):
    """The first answer that sends nobody on."""
    read = recording(
        entry("http://example.com/", "a=1", status=301),
        entry("https://www.example.fi/", "b=2"),
    )
    assert {name: one.third_party for name, one in named(read).items()} == {"a": True, "b": False}


def test_a_recording_that_begins_with_a_frame_does_not_take_the_frame_for_the_page(recording):
    """By the aim of the request, or by what the page's own entry names; else an advertiser would be the first party."""
    frame = entry("https://ads.example.com/frame", "a=1")
    frame["request"]["headers"] = [{"name": "Sec-Fetch-Dest", "value": "iframe"}]
    assert [one.third_party for one in recording(frame).cookies] == [None]
    titled = {"id": "p1", "title": "https://www.example.fi/tili"}
    assert [one.third_party for one in recording(frame, pages=[titled]).cookies] == [True]
    unmarked = entry("https://ads.example.com/frame", "PHPSESSID=1")
    read = recording(unmarked, pages=[titled])
    assert [(one.third_party, one.exempt) for one in read.cookies] == [(None, "cannot_tell")]
    assert "two_own_hosts" in problems(read)


def test_where_the_own_host_is_unknown_nothing_is_first_or_third_party(recording):
    """No page in the file, only what it loads."""
    read = recording(entry("https://www.example.fi/a.js", "PHPSESSID=1", mime="text/javascript"), pages=())
    [one] = read.cookies
    assert (one.third_party, one.exempt, one.reason, one.page) == (None, "cannot_tell", "unknown_party", "")
    assert host(read, "www.example.fi").third_party is None
    assert "no_page_host" in problems(read)


def test_a_cookie_that_only_requests_carry_is_seen(recording):
    """A script set it, or an earlier visit: `_ga` stands in no header of any response."""
    read = recording(
        entry("https://www.example.fi/", "own=1; Domain=example.fi", sent="earlier=1"),
        entry("https://www.example.fi/api", mime="application/json", sent="_ga=GA1.2; own=1; earlier=1"),
    )
    assert {name: one.how for name, one in named(read).items()} == {"own": "header", "earlier": "sent", "_ga": "sent"}
    one = named(read)["_ga"]
    assert (one.exempt, one.purpose, one.days, one.session) == ("no", "analytics", None, False)
    assert problems(read)["sent_with_page"] == "earlier"


def test_a_recording_without_any_cookie_may_have_been_cleared_of_them(recording):
    """Browsers leave them out of a recording unless asked: none is no proof of none."""
    assert "perhaps_cleared" in problems(recording(entry()))
    assert "perhaps_cleared" not in problems(recording(entry("https://www.example.fi/", "a=1")))


def test_what_came_from_the_cache_was_not_asked_for_and_is_told(recording):
    """Its host stays, its cookie stays, the request does not count."""
    read = recording(entry(), entry("https://cdn.example.com/a.js", "a=1", mime="text/javascript", _fromCache="disk"))
    assert (host(read, "cdn.example.com").requests, host(read, "cdn.example.com").cookies) == (0, 1)
    assert problems(read)["cached"] == "1"


def test_addresses_that_leave_no_browser_are_no_hosts(recording):
    """Data, blobs, extensions; what nobody knows is told."""
    urls = [
        "data:image/gif;base64,R0lGOD",
        "blob:https://www.example.fi/1",
        "about:blank",
        "chrome-extension://abc/x.js",
        "gopher://example.fi/",
    ]
    read = recording(entry(), *(entry(one) for one in urls))
    assert [one.name for one in read.hosts] == ["www.example.fi"]
    assert problems(read)["address"] == "gopher://example.fi/"
    assert [one.name for one in recording(entry(), entry("wss://live.example.com/s")).hosts] == ["live.example.com", "www.example.fi"]


def test_images_that_show_nothing_are_pixels(recording):
    """Of one point, or a beacon that wants no answer."""
    point = entry("https://t.example.com/p.gif", mime="image/gif")
    point["response"]["content"]["size"] = 43
    beacon = entry("https://t.example.com/b", mime="", status=204, _resourceType="ping")
    read = recording(entry(), point, beacon, entry("https://t.example.com/photo.jpg", mime="image/jpeg"))
    assert (host(read, "t.example.com").pixels, host(read, "t.example.com").requests) == (2, 3)


@pytest.mark.parametrize(
    "broken",
    [
        None, 7, "text", [], {}, {"request": None}, {"request": {}}, {"request": {"url": 7}}, {"request": {"url": ""}},
    ],
)  # fmt: skip
def test_an_entry_that_is_none_is_skipped_and_told(recording, broken):
    """The others are read."""
    read = recording(broken, entry("https://www.example.fi/", "a=1"))
    assert list(named(read)) == ["a"]
    assert problems(read)["entry"] == "0"


@pytest.mark.parametrize(
    "response",
    [
        None, [], {}, {"status": "200"}, {"status": 200, "headers": None}, {"status": 200, "headers": [None, {"name": 1, "value": 2}]},
        {"status": 200, "headers": [{"value": "a=1"}], "cookies": {"a": 1}, "content": []}, {"status": float("inf"), "headers": "x"},
        {"status": True, "content": {"size": 1e300, "mimeType": None}},
    ],
)  # fmt: skip
def test_missing_fields_of_a_response_cost_only_themselves(recording, response):
    """The host was asked all the same."""
    read = recording(entry(), {"pageref": "p1", "request": {"url": "https://x.example.com/"}, "response": response})
    assert host(read, "x.example.com").requests == 1


@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_names_stay_names(recording, bad):
    """Of cookies, domains, pages and hosts: shown without their signs, cut, never taken for anything else."""
    value = bad.replace(";", "").replace("=", "").replace("\n", "")
    read = recording(
        entry("https://www.example.fi/", f"{value}=1; Domain={bad}"),
        entry(f"https://{bad}/x"),
        entry("https://www.example.fi/", page=bad),
        pages=["p1", {"id": bad, "title": bad}],
    )
    texts = [one.name for one in (*read.cookies, *read.hosts)] + [text for one in read.problems for text in one]
    assert all(text.isprintable() and len(text) < 1500 for text in texts), texts
    assert {one.exempt for one in read.cookies} == {"cannot_tell"}
    json.dumps([vars(one) for one in read.cookies]).encode("utf-8")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://WWW.Example.FI:8443/a", "www.example.fi"), ("https://user:pass@example.fi/", "example.fi"),
        ("https://example.com@evil.example.fi/", "evil.example.fi"), ("https://example.fi\\@example.com/", "example.fi"),
        ("https://exa\tmple.fi/", "example.fi"), ("https://example.fi./", "example.fi"), ("https://[::1]:80/", "::1"),
        ("https://[zz]/", ""), ("https:///x", ""), ("https://exa mple.fi/", ""), ("https://-a.fi/", ""), ("https://a..fi/", ""),
        ("https://sähkö.example.fi/", "xn--shk-rlad.example.fi"), ("https://" + "a" * 64 + ".fi/", ""),
        ("https://" + "a." * 200 + "fi/", ""),
        ("javascript:alert(1)//example.fi", ""), ("//example.fi/", ""), ("", ""), ("https://127.0.0.1/", "127.0.0.1"),
    ],
)  # fmt: skip
def test_an_address_has_the_host_that_a_browser_would_ask(address, expected):
    """Or none."""
    found = hosts.host_of(address)
    assert found == expected or (expected.startswith("xn--") and found.startswith("xn--"))


@pytest.mark.parametrize(
    ("one", "own", "expected"),
    [
        ("cdn.example.fi", "www.example.fi", False), ("notexample.fi", "example.fi", True), ("example.com", "example.fi", True),
        ("a.example.co.uk", "b.example.co.uk", False), ("a.co.uk", "b.co.uk", True), ("one.github.io", "two.github.io", True),
        ("a.example.com.au", "example.com.au", False), ("localhost", "localhost", False), ("127.0.0.1", "10.0.0.1", True),
        ("127.0.0.1", "127.0.0.1", False), ("", "example.fi", None), ("example.fi", "", None), ("::1", "::1", False),
    ],
)  # fmt: skip
def test_a_host_is_third_party_by_the_domain_that_somebody_registered(one, own, expected):
    """By whole labels; unknown where either is."""
    assert hosts.is_third_party(one, own) is expected


def test_a_domain_that_a_browser_would_not_give_is_not_taken(recording):
    """Somebody else's, or everybody's."""
    values = ["a=1; Domain=example.com", "b=1; Domain=.fi", "c=1; Domain=.example.fi", "d=1; Domain=ample.fi"]
    read = recording(entry("https://www.example.fi/", *values))
    assert [one.host for one in read.cookies] == ["www.example.fi", "www.example.fi", "example.fi", "www.example.fi"]
    assert problems(read)["domain_refused"].startswith("a example.com, b fi, d ample.fi")


def test_a_cookie_that_is_set_often_is_one_cookie(recording):
    """With its longest life; what is stored beside is another thing."""
    read = recording(entry("https://www.example.fi/", "a=1", "a=1; Max-Age=86400", "a=; Max-Age=0", "b=1"))
    assert [(one.name, one.days) for one in read.distinct()] == [("a", 1.0), ("b", None)]


def test_a_consent_platform_is_known_by_its_host_or_its_cookie(recording):
    """And none is invented."""
    assert recording(entry(), entry("https://consent.cookiebot.com/uc.js", mime="text/javascript")).consent_platform == "Cookiebot"
    assert recording(entry("https://www.example.fi/", "OptanonConsent=1")).consent_platform == "OneTrust"
    assert recording(entry("https://notcookiebot.com/")).consent_platform == ""


# --- a saved page

PAGE = """<!DOCTYPE html>
<!-- saved from url=(0025)https://www.example.fi/a?b -->
<html><head><link rel="canonical" href="https://www.example.fi/a">
<link rel=stylesheet href=//fonts.googleapis.com/css><link rel="alternate" href="https://other.example.com/">
<script src="https://www.googletagmanager.com/gtm.js?id=1"></script>
<script type="text/plain" data-src="https://later.example.com/x.js"></script>
<script>document.cookie = "valinta=1; path=/"; if (document.cookie == "x") {}
document.cookie=name+"=1"; localStorage.setItem('avain', 1)</script>
<style>a { background: "<img src=https://style.example.com/x.png>" }</style></head>
<body onload="document.cookie='lataus=1'"><a href="https://link.example.com/">x</a>
<iframe src="https://www.youtube.com/embed/1"></iframe><img src="/own.png"><img src="data:image/gif;base64,R0">
<noscript><img height="1" width="1" style="display:none" src="https://www.facebook.com/tr?id=1&amp;ev=x"></noscript>
<img src='https://t.example.com/p.gif' width=1 height=1><img srcset="https://i.example.com/1.png 1x, https://j.example.com/2.png 2x">
<!-- <img src="https://comment.example.com/x.png"> --><div id="CybotCookiebotDialog"></div></body></html>"""


def test_a_saved_page_asks_the_hosts_that_its_elements_load(saved):
    """Not those of links and comments; what a style or a script only names is told without a request."""
    read = saved(PAGE)
    assert {one.name: one.requests for one in read.hosts} == {
        "fonts.googleapis.com": 1, "style.example.com": 0,
        "www.googletagmanager.com": 1, "later.example.com": 0, "www.youtube.com": 1, "www.facebook.com": 1,
        "t.example.com": 1, "i.example.com": 1, "j.example.com": 1,
    }  # fmt: skip
    assert (host(read, "www.facebook.com").pixels, host(read, "t.example.com").pixels, host(read, "i.example.com").pixels) == (1, 1, 0)
    assert all(one.third_party for one in read.hosts)
    assert (read.pages, read.consent_platform) == (("https://www.example.fi/a",), "Cookiebot")


def test_a_saved_page_names_the_cookies_of_its_own_scripts(saved):
    """By name; a name that is put together is told, and so is what no saved page can show."""
    read = saved(PAGE)
    assert [(one.name, one.how, one.days, one.session, one.third_party) for one in read.cookies] == [
        ("valinta", "document_cookie", None, False, False),
        ("lataus", "document_cookie", None, False, False),
    ]
    assert [(one.name, one.how) for one in read.storage] == [("avain", "local_storage")]
    told = problems(read)
    assert told["name_not_told"] == "document_cookie"
    assert told["addresses_without_host"] == "1"
    assert {"headers_not_told", "scripts_not_run", "choice_not_told"} <= set(told)


@pytest.mark.parametrize(
    ("script", "cookies", "kept", "untold"),
    [
        ("localStorage['a'] = 1", [], ["a"], False),
        ('sessionStorage [ "b" ] = x', [], ["b"], False),
        ("localStorage[key] = 1", [], [], True),
        ("if (localStorage['a'] == 1) {}", [], [], False),
        ("window.localStorage.visits = 3", [], ["visits"], False),
        ("sessionStorage.setItem('c', 1)", [], ["c"], False),
        ("localStorage.getItem('d'); localStorage.removeItem('e'); var n = localStorage.length", [], [], False),
        ("cookieStore.set('f', '1')", ["f"], [], False),
        ("await cookieStore.set({name: 'g', value: '1'})", ["g"], [], False),
        ("cookieStore.set(made)", [], [], True),
        ("Cookies.set('h', '1', {expires: 7})", ["h"], [], False),
        ("Cookies.set(name, '1')", [], [], True),
        ("Cookies.get('i'); cookieStore.get('j')", [], [], False),
    ],
)
def test_what_scripts_keep_is_told_by_whatever_call(saved, script, cookies, kept, untold):
    """By name; a name that is put together is told as unknown; what is only read or removed is none."""
    read = saved(f'<html><head><link rel="canonical" href="https://www.example.fi/"></head><body><script>{script}</script></body></html>')
    assert [one.name for one in read.cookies] == cookies
    assert [one.name for one in read.storage] == kept
    assert ("name_not_told" in problems(read)) is untold


def test_a_page_that_names_no_place_or_two_has_no_own_host(saved):
    """Then nothing is first or third party."""
    nowhere = saved('<html><body><img src="https://t.example.com/p.gif"><script>document.cookie="PHPSESSID=1"</script></body></html>')
    assert host(nowhere, "t.example.com").third_party is None
    assert [one.exempt for one in nowhere.cookies] == ["cannot_tell"]
    assert "no_page_host" in problems(nowhere)
    two = saved(
        '<html><head><link rel="canonical" href="https://a.example.fi/"><meta property="og:url" content="https://b.example.com/"></head></html>'
    )
    assert "two_own_hosts" in problems(two)
    assert two.pages == ()


@pytest.mark.parametrize(
    "end",
    ["<img src='https://x.example.com", "<!-- open", "<script>document.cookie='b=1'", '<a title="', "<", "</", "<!", "<img", "<img ="],
)
def test_what_nobody_closes_is_told_where_it_hides_something(saved, end):
    """What stands before it is read."""
    read = saved('<html><script>document.cookie="a=1"</script><img src="https://t.example.com/p.gif">' + end)
    assert "a" in named(read)
    assert host(read, "t.example.com").requests == 1
    assert ("unread_rest" in problems(read)) == (len(end) > 2)


@pytest.mark.parametrize("comment", ["<!-->", "<!--->", "<!-- x --!>", "<!---->", "<!-- > -->", "<!doctype html>", "<?xml x?>", "</>"])
def test_a_comment_hides_no_more_than_in_a_browser(saved, comment):
    """Else an image behind an odd one would go unseen."""
    read = saved(f"<html>{comment}<img src=https://t.example.com/p.gif><!-- x --></html>")
    assert [one.name for one in read.hosts] == ["t.example.com"]


@pytest.mark.parametrize("piece", ["<", "<a ", '<a x="', "<!--", "<script>", "<a x='", "</script", "<img src=", "&amp", "<a =", "< ", "='"])
def test_markup_without_end_is_read_once(saved, piece):
    """A megabyte of beginnings: it comes to an end, whatever it is made of."""
    text = "<html>" + piece * (1_000_000 // len(piece))
    for whole in (text, text + ">"):
        with contextlib.suppress(Refusal):
            assert saved(whole).kind == "html"


@pytest.mark.parametrize("bad", HOSTILE[:-2])
def test_hostile_markup_stays_text(saved, bad):
    """In addresses, ids, names and where the page says that it stands."""
    read = saved(
        f'<html><base href="{bad}"><link rel=canonical href="https://{bad}/"><div id="{bad}"></div><img src="https://{bad}/x">'
        f"<script>document.cookie='{bad}=1'; localStorage.setItem('{bad}', 1)</script></html>"
    )
    texts = [one.name for one in (*read.cookies, *read.storage, *read.hosts)] + [text for one in read.problems for text in one]
    assert all(text.isprintable() and len(text) < 1500 for text in [*texts, *read.pages])


# --- an inspection


def test_an_inspection_tells_what_came_before_the_choice_where_nobody_could_choose(inspected):
    """No window, no cookies and no profile from before: nobody had chosen anything."""
    cookie = {"name": "_fbp", "domain": ".example.fi", "session": False, "expiresDays": 90, "log": {
        "location": "https://www.example.fi/", "stack": [{"fileName": "https://connect.facebook.net/en_US/fbevents.js"}]}}  # fmt: skip
    read = inspected(cookies=[cookie], localStorage={"https://www.example.fi": {"avain": {"value": 1}}})
    [one] = read.cookies
    assert (one.how, one.host, one.set_by, one.days, one.before_choice) == ("inspection", "example.fi", "connect.facebook.net", 90.0, True)
    assert (one.exempt, one.third_party) == ("no", False)
    assert host(read, "connect.facebook.net").before_choice is True
    assert host(read, "connect.facebook.net").cookies == 1
    assert [(one.name, one.how, one.third_party) for one in read.storage] == [("avain", "local_storage", False)]


@pytest.mark.parametrize(
    "changed",
    [
        {"browser": {"preset_cookies": {"CookieConsent": "yes"}}}, {"browser": {}}, {"script": {}}, {"script": None},
        {"script": {"config": {"headless": False, "browserOptions": []}}}, {"script": {"config": {"headless": True}}},
        {"script": {"config": {"headless": True, "browserOptions": ["user-data-dir=x"]}}},
        {"script": {"config": {"headless": True, "browserOptions": [], "browserProfile": "x"}}},
    ],
)  # fmt: skip
def test_an_inspection_in_which_somebody_may_have_chosen_tells_nothing_of_the_choice(inspected, changed):
    """A window to click in, cookies given before, a browser's profile, or no word of them."""
    read = inspected(cookies=[{"name": "_ga", "domain": "www.example.fi", "session": True}], **changed)
    assert [one.before_choice for one in (*read.cookies, *read.hosts)] == [None] * 3
    assert "choice_not_told" in problems(read)


def test_missing_fields_of_an_inspection_are_told(inspected):
    """Cookies without name or host are counted, lifetimes that are none are unknown."""
    cookies = [
        None, {"domain": "x.fi"}, {"name": "a", "domain": "www.example.fi", "expiresDays": "x"},
        {"name": "b", "domain": "www.example.fi", "expiresDays": True}, {"name": "c", "domain": "<b>", "session": True},
    ]  # fmt: skip
    read = inspected(cookies=cookies, beacons=[None, {"url": 7}], localStorage={"https://x.fi": 7}, hosts=[])
    assert [(one.name, one.days, one.session) for one in read.cookies] == [("a", None, False), ("b", None, False)]
    assert problems(read)["no_cookie"] == "0, 1, 4"
    assert problems(read)["no_lifetime"] == "a, b"


# --- files


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.har", b"", "empty"), ("a.har", b"{", "JSON"), ("a.har", b"[" * 200_000, "JSON"), ("a.har", b'{"log": {}}', "log.entries"),
        ("a.har", b"[]", "log.entries"), ("a.har", b'{"log": {"entries": ' + b"9" * 5000 + b"}}", ""), ("a.txt", b"evasteet", "HAR, HTML"),
        ("a.zip", b"PK\x03\x04", "ZIP"), ("a.gz", b"\x1f\x8b\x08", "gzip"), ("a.har", b'{"a": "\x00"}', "NUL"),
        ("a.har", b'{"log": {"entries": [' + b"0," * 3_100_000 + b"0]}}", "3"), ("a.html", b"<html>" + b"<p>x" * 2_200_000, "8"),
        ("a.html", b"<html>\x00", "NUL"), ("a.html", b"<html>\xed\xa0\x80", "encoding"),
    ],
    ids=range(14),
)  # fmt: skip
def test_what_is_no_page_is_refused_in_one_line(tmp_path, name, content, key):
    """Whatever it is instead; also what is too large or too deep."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        page.read(path)
    assert key in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_recording_of_two_hundred_megabytes_is_refused_before_it_is_read(tmp_path):
    """By its size alone."""
    path = tmp_path / "a.har"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(Refusal, match="200"):
        page.read(path)


def test_more_than_any_page_holds_is_refused_and_never_cut(tmp_path, saved, recording):
    """Cookies in one header, hosts of one page; just below the bound all of them are there."""
    assert len(recording(entry("https://www.example.fi/", "\n".join(["a=1"] * seen.MOST_SEEN))).cookies) == seen.MOST_SEEN
    with pytest.raises(Refusal, match=str(seen.MOST_SEEN)):
        recording(entry("https://www.example.fi/", "\n".join(["a=1"] * (seen.MOST_SEEN + 1))))
    with pytest.raises(Refusal, match=str(seen.MOST_SEEN)):
        saved("<html>" + "".join(f"<img src=https://a{one}.fi>" for one in range(seen.MOST_SEEN + 1)))
    with pytest.raises(Refusal, match=str(seen.MOST_SEEN)):
        recording(*({} for _ in range(seen.MOST_SEEN + 1)))


def test_the_end_of_a_long_page_is_read(saved):
    """Behind a megabyte of text and a hundred scripts."""
    read = saved("<html>" + "<p>teksti</p><script>var a = '<img'</script>" * 25_000 + "<img src=https://t.example.com/p.gif>")
    assert [one.name for one in read.hosts] == ["t.example.com"]


def test_a_file_with_a_mark_or_in_two_bytes_is_read_as_any_other(tmp_path):
    """UTF-8 with its mark, UTF-16."""
    text = json.dumps({"log": {"entries": [entry("https://www.example.fi/", "ä=1")]}}, ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16"):
        path = tmp_path / "a.har"
        path.write_bytes(text.encode(encoding))
        assert list(named(page.read(path))) == ["ä"]


# --- the lists


@pytest.mark.parametrize(
    ("name", "company", "country"),
    [
        ("www.google-analytics.com", "Google", "US"), ("google-analytics.com", "Google", "US"), ("evilgoogle-analytics.com", "", ""),
        ("google-analytics.com.example.fi", "", ""), ("connect.facebook.net", "Facebook", "US"),
        ("consent.cookiebot.com", "Cookiebot", "DK"),
        ("www.example.fi", "", ""), ("fi", "", ""), ("com", "", ""), ("", "", ""), ("127.0.0.1", "", ""),
    ],
)  # fmt: skip
def test_a_company_is_found_by_whole_labels(name, company, country):
    """A name that only ends alike is another."""
    found = trackers.company_of(name)
    assert (found.name, found.country) == (company, country)


def test_a_name_of_many_companies_is_known_only_on_the_host_of_one():
    """And what several rows of a host contradict is left open."""
    assert trackers.cookie_of("lang", "www.linkedin.com").known_by == "database"
    elsewhere = trackers.judged("lang", "www.example.fi", False)
    assert (elsewhere.known_by, elsewhere.purpose, elsewhere.exempt) == ("database_elsewhere", "", "cannot_tell")
    assert trackers.cookie_of("_ga").purpose == "analytics"
    assert trackers.cookie_of("_ga_XYZ").known_by == "database_beginning"
    assert trackers.cookie_of("nobody-knows-this").known_by == ""


@pytest.mark.parametrize(
    ("name", "host", "third", "provider"),
    [
        ("PHPSESSID", "www.example.fi", False, ""), ("_ga", "www.example.fi", False, "Google"), ("lang", "www.example.fi", False, ""),
        ("x1", "connect.facebook.net", True, "Facebook"), ("x1", "www.example.fi", False, ""), ("x1", "www.example.fi", None, ""),
    ],
)  # fmt: skip
def test_a_provider_is_who_gets_the_cookie_and_not_who_made_the_program(name, host, third, provider):
    """A session on the own domain is the page's own, whoever wrote the language that it runs on."""
    assert trackers.judged(name, host, third).provider == provider


def test_every_bundled_list_is_read_whole():
    """Countries of companies that exist in it, purposes that are codes, forms that are patterns."""
    exact, below, roots = trackers._companies()
    names = {one.name for one in (*exact.values(), *below.values(), *roots.values())}
    countries = tomllib.loads((hosts.DATA / "companies.toml").read_text(encoding="utf-8"))["country"]
    assert set(countries) <= names
    assert len(countries) >= 80
    assert all(re.fullmatch("[A-Z]{2}", one) for one in countries.values())
    whole, begin = trackers._database()
    assert (len(whole), sum(map(len, whole.values())), sum(map(len, begin.values()))) == (2245, 2264, 260)
    assert {row.known.purpose for rows in whole.values() for row in rows} == {
        "functional", "analytics", "marketing", "security", "personalization"
    }  # fmt: skip
    assert "Apache" in (hosts.DATA / "README.md").read_text(encoding="utf-8")


# --- pages that nobody here made


def real(name):
    """A real file, or why there is none."""
    path = PAGES / name
    if not path.is_file():
        pytest.skip(f"{name}: the shared real pages are not here")
    return path


@pytest.mark.parametrize("name", REAL)
def test_every_set_cookie_header_of_a_real_recording_is_counted(name):
    """Counted by its letters: each header line that is not empty is a cookie, each empty one is told."""
    path = real(name)
    raw = path.read_text(encoding="utf-8")
    values = re.findall(r'\{[^{}]*?"name":\s*"set-cookie",\s*"value":\s*"((?:[^"\\]|\\.)*)"', raw, re.IGNORECASE)
    lines = [line for value in values for line in re.split(r"(?:\\r)?\\n", value)]
    read = page.read(path)
    assert sum(one.how == "header" for one in read.cookies) == sum(map(bool, lines))
    assert ("no_cookie" in problems(read)) == ("" in lines)
    assert {one.name for one in read.cookies if one.how == "header"} == {line.partition("=")[0].strip() for line in lines if line}
    assert sum(one.cookies for one in read.hosts) == sum(map(bool, lines))


@pytest.mark.parametrize("name", LATER)
def test_the_companies_behind_a_real_page_are_named(name):
    """At least 95 in a hundred of the hosts that are not the page's own."""
    third = [one for one in page.read(real(name)).hosts if one.third_party]
    assert len(third) >= 3
    assert sum(bool(one.company) for one in third) >= 0.95 * len(third), [one.name for one in third if not one.company]


def test_a_real_inspection_is_read_whole():
    """Six cookies, none of them exempt, all before any choice; sixteen hosts and what the collector calls beacons."""
    read = page.read(real("edps_inspection.json"))
    assert (len(read.cookies), len(read.hosts), read.kind) == (6, 16, "inspection")
    assert {one.before_choice for one in (*read.cookies, *read.hosts)} == {True}
    assert {one.exempt for one in read.cookies} == {"no", "cannot_tell"}
    assert named(read)["VISITOR_INFO1_LIVE"].days == 180
    assert sum(one.pixels for one in read.hosts) >= 4


def test_several_runs_of_a_real_page_are_one_page():
    """Three runs, one address; what scripts set is seen in what the browser sends."""
    read = page.read(real("assa.har"))
    assert read.pages == ("https://www.assa.se/sv/site/assa/",)
    assert {"_ga", "_gid"} <= set(named(read))


def test_nothing_here_asks_what_time_it_is():
    """A lifetime rests on the file alone."""
    for path in Path(page.__file__).parent.glob("*.py"):
        assert not re.search(r"\.now\(|\.today\(|time\.time", path.read_text(encoding="utf-8")), path
